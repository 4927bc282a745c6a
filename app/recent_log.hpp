#pragma once

#include <spdlog/sinks/base_sink.h>

#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace flotilla::app {

/// A line of the log, for a page.
struct recent_line {
  double time = 0; ///< seconds since 1970
  std::string level;
  std::string text;
  std::string push; ///< id; empty: it is about none
  std::string node; ///< name, likewise
};

/// Keeps the last lines of the log. Any thread.
class recent_log : public spdlog::sinks::base_sink<std::mutex> {
public:
  static constexpr std::size_t most_lines = 50;

  std::vector<recent_line> lines(); ///< the oldest first

protected:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {
  }

private:
  std::deque<recent_line> lines_;
};

} // namespace flotilla::app
