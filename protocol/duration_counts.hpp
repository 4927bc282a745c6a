#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace flotilla::protocol {

/// How often something took how long, by classes: a histogram as Prometheus has it
/// (prometheus.io, "histograms"), before it is summed up.
class duration_counts {
public:
  /// Seconds, the last of each class; what takes longer is in the one more that there is.
  static constexpr std::array<double, 11> bounds{.01, .03, .1, .3, 1, 3, 10, 30, 100, 300, 1'000};
  using counts = std::array<std::uint64_t, bounds.size() + 1>;

  /// What is no duration, as another process may say it, does not count.
  void note(double seconds) noexcept {
    constexpr double longest = 1e9;
    if (!(seconds >= 0 && seconds <= longest))
      return;
    const auto* found = std::lower_bound(bounds.begin(), bounds.end(), seconds);
    ++in_class_[static_cast<std::size_t>(found - bounds.begin())];
    seconds_ += seconds;
  }

  const counts& in_class() const noexcept {
    return in_class_;
  }
  /// All of them together.
  double seconds() const noexcept {
    return seconds_;
  }

  template <class Inspector>
  friend auto inspect(Inspector& f, duration_counts& x) {
    return f(x.in_class_, x.seconds_);
  }

private:
  counts in_class_{};
  double seconds_ = 0;
};

} // namespace flotilla::protocol
