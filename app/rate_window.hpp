#pragma once

#include <cstdint>
#include <deque>
#include <utility>

namespace flotilla::app {

/// The rate over the last few seconds, from a counter that is looked at now and then.
class rate_window {
public:
  static constexpr double span = 5; ///< seconds

  /// @param seconds never less than before · @param total never less than before, in bytes
  void add(double seconds, std::uint64_t total) {
    samples_.emplace_back(seconds, total);
    while (samples_.size() > 2 && samples_.front().first < seconds - span)
      samples_.pop_front();
  }

  /// Bytes per second; 0 until two moments are known.
  double rate() const {
    if (samples_.size() < 2)
      return 0;
    auto took = samples_.back().first - samples_.front().first;
    auto bytes = static_cast<double>(samples_.back().second - samples_.front().second);
    return took <= 0 ? 0 : bytes / took;
  }

private:
  std::deque<std::pair<double, std::uint64_t>> samples_;
};

} // namespace flotilla::app
