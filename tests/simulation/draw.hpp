#pragma once

#include <cstdint>
#include <vector>

namespace flotilla::simulation {

/// Chance that a seed decides, alike on every machine (splitmix64).
class draw {
public:
  explicit draw(std::uint64_t seed) : state_(seed) {
  }

  std::uint64_t next() noexcept {
    auto z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  /// @param n not 0
  std::uint64_t below(std::uint64_t n) noexcept {
    return next() % n;
  }
  /// Both ends included.
  std::uint64_t between(std::uint64_t least, std::uint64_t most) noexcept {
    return least + below(most - least + 1);
  }
  bool chance(unsigned percent) noexcept {
    return below(100) < percent;
  }
  /// In [0, 1).
  double fraction() noexcept {
    return static_cast<double>(next() >> 11) * 0x1.0p-53;
  }
  template <class T>
  T one_of(const std::vector<T>& all) noexcept {
    return all[below(all.size())];
  }
  /// Another one, whose use does not change what this one gives.
  draw split() noexcept {
    return draw{next()};
  }

private:
  std::uint64_t state_;
};

} // namespace flotilla::simulation
