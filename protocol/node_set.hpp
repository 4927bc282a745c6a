#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>

namespace flotilla::protocol {

/// The seat of a node in one push: 0..127. Free again when the node is gone.
using seat_number = std::uint8_t;

/// Some of the nodes of a push. 16 bytes: there is one for every blob of a plan.
class node_set {
public:
  static constexpr std::size_t capacity = 128;

  bool has(seat_number who) const noexcept {
    return ((half(who) >> (who % 64U)) & 1U) != 0;
  }
  void set(seat_number who, bool in) noexcept {
    auto bit = std::uint64_t{1} << (who % 64U);
    auto& half = who < 64 ? low_ : high_;
    half = in ? half | bit : half & ~bit;
  }
  std::size_t count() const noexcept {
    return std::bitset<64>{low_}.count() + std::bitset<64>{high_}.count();
  }
  friend bool operator==(const node_set& a, const node_set& b) noexcept {
    return a.low_ == b.low_ && a.high_ == b.high_;
  }

  /// Orders sets by their number of nodes: what few can read comes first.
  struct rarer {
    bool operator()(const node_set& a, const node_set& b) const noexcept {
      if (auto x = a.count(), y = b.count(); x != y)
        return x < y;
      return a.high_ != b.high_ ? a.high_ < b.high_ : a.low_ < b.low_;
    }
  };

private:
  std::uint64_t half(seat_number who) const noexcept {
    return who < 64 ? low_ : high_;
  }

  std::uint64_t low_ = 0;
  std::uint64_t high_ = 0;
};

} // namespace flotilla::protocol
