#pragma once

#include "transport/clock.hpp"

#include <cstdint>

namespace flotilla::transport {

/// Bytes that may leave, earned at a steady rate and saved up to a burst. Starts empty.
class token_bucket {
public:
  /// @param rate bytes per second; 0: no limit
  token_bucket(std::uint64_t rate, time_point now);

  /// What was saved stays, as far as the new burst allows.
  void set_rate(std::uint64_t rate, time_point now);

  bool limited() const noexcept {
    return rate_ != 0;
  }
  std::uint64_t rate() const noexcept {
    return rate_;
  }
  /// Most bytes that can be saved: what a tenth of a second earns, and 16 KiB at least.
  std::uint64_t burst() const noexcept;

  /// Takes all of `bytes` or, where fewer are there, none. Always true without a limit.
  /// @pre `bytes` is at most `burst()`, or it will never be true.
  bool take(std::uint64_t bytes, time_point now);

  /// Returns what was taken and not used.
  void give_back(std::uint64_t bytes);

  /// When `take(bytes)` will work, if nobody else takes.
  time_point ready_at(std::uint64_t bytes, time_point now) const;

private:
  double saved_at(time_point now) const;
  void settle(time_point now);

  std::uint64_t rate_;
  double saved_ = 0; ///< bytes, at `since_`
  time_point since_;
};

} // namespace flotilla::transport
