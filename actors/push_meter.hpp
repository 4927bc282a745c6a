#pragma once

#include "actors/status.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::actors {

/// Keeps the time of a push: how long it runs, since when it makes no progress, what was tried
/// again, and how long the registry held it back. A value without a clock: `now` is handed in.
class push_meter {
public:
  using moment = std::chrono::steady_clock::time_point;

  explicit push_meter(moment now) : began_(now), last_progress_(now) {
  }

  /// A blob was found or confirmed, or bytes left that had never left before.
  void progress(moment now) noexcept;
  void setback(moment now, const setback_note& note);
  /// A blob is confirmed. @param seconds since its node began with it
  void confirmed(protocol::confirmation how, double seconds) noexcept;

  /// Trouble since the last progress that has lasted for at least `budget`.
  bool is_spent(moment now, std::chrono::milliseconds budget) const noexcept;
  const setback_note& last_setback() const noexcept {
    return last_;
  }

  /// Fills in what this class knows.
  void write(moment now, push_status& to) const;

private:
  bool is_in_trouble(moment now) const noexcept;

  moment began_;
  moment last_progress_;
  bool in_trouble_ = false;
  moment trouble_until_{}; ///< when the last of those that wait tries again
  setback_note last_;
  std::uint64_t setbacks_ = 0;
  std::map<std::string, std::uint64_t> retries_; ///< by reason
  moment throttled_until_{};
  std::chrono::duration<double> throttled_{0};
  protocol::duration_counts uploads_;
};

/// What held the push back most, by what its nodes saw: `disk`, `network`, `registry`; empty when
/// nothing was sent.
std::string bottleneck_of(const std::vector<node_share>& nodes);

} // namespace flotilla::actors
