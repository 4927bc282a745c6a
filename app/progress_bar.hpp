#pragma once

#include "app/progress.hpp"
#include "app/rate_window.hpp"

#include <cstdio>
#include <string>
#include <vector>

namespace flotilla::app {

/// A few lines on a terminal, drawn again in place: a bar with what is done, what is on the wire,
/// and, while there is any, the latest setback.
class bar_view : public progress_view {
public:
  explicit bar_view(std::FILE* to) : to_(to) {
  }
  void show(const actors::push_status& status) override;
  void end() override;

private:
  void draw(const std::vector<std::string>& lines);

  std::FILE* to_;
  rate_window rate_;
  std::size_t drawn_ = 0; ///< lines on the screen that are ours
};

/// `[#####-----]` of that many characters in all. @param share 0..1
std::string render_bar(double share, std::size_t width);

/// The first `columns` characters of UTF-8 text, with `…` where some are missing.
std::string fitted(const std::string& text, std::size_t columns);

} // namespace flotilla::app
