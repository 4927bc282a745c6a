#pragma once

#include <chrono>
#include <cstdint>

namespace flotilla::actors {

/// How fast bodies have been leaving lately, to tell how long the next one will take.
class body_pace {
public:
  using seconds = std::chrono::duration<double>;

  /// @param took from the request to its answer
  void note(std::uint64_t bytes, seconds took) noexcept {
    if (bytes < telling_size || took.count() <= 0)
      return;
    const auto rate = static_cast<double>(bytes) / took.count();
    rate_ = rate_ == 0 ? rate : rate_ + (rate - rate_) * weight;
  }
  /// 0 while nothing is known.
  seconds expect(std::uint64_t bytes) const noexcept {
    return seconds{rate_ == 0 ? 0.0 : static_cast<double>(bytes) / rate_};
  }

private:
  static constexpr std::uint64_t telling_size = 256 << 10; ///< smaller ones tell of round trips
  static constexpr double weight = 0.3;

  double rate_ = 0; ///< bytes per second
};

} // namespace flotilla::actors
