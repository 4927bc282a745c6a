#pragma once

#include "transport/bandwidth_gate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace flotilla::test {

/// Bodies behind a gate, on a clock of their own: without end, or one after the other for ever.
/// Each must be limited somehow, or time stands still.
class many_bodies {
public:
  struct body {
    transport::bandwidth_gate::ticket ticket;
    std::uint32_t lane = 0;
    std::uint64_t length = 0; ///< after so many bytes the next one takes its place; 0: no end
    std::uint64_t sent = 0;
  };

  many_bodies(std::uint64_t rate, std::size_t count)
    : many_bodies(rate, std::vector<std::uint32_t>(count, 0)) {
  }
  /// @param lanes of each body
  many_bodies(std::uint64_t rate, const std::vector<std::uint32_t>& lanes)
    : gate{rate, now}, bodies(lanes.size()) {
    for (std::size_t i = 0; i < lanes.size(); ++i) {
      bodies[i].ticket.owner = &bodies[i];
      bodies[i].lane = lanes[i];
      gate.enter(bodies[i].ticket, lanes[i]);
    }
  }

  void pass(std::chrono::nanoseconds time) {
    const auto end = now + time;
    for (auto& x : bodies)
      read(x);
    for (auto due = gate.due(now); due && *due <= end; due = gate.due(now)) {
      now = std::max(now, *due);
      std::vector<transport::bandwidth_gate::ticket*> released;
      gate.release(now, released);
      ASSERT_FALSE(released.empty()) << "due too early";
      for (auto* x : released)
        read(*static_cast<body*>(x->owner));
    }
    now = end;
  }

  std::uint64_t sent() const {
    std::uint64_t sum = 0;
    for (const auto& x : bodies)
      sum += x.sent;
    return sum;
  }
  std::uint64_t sent(std::uint32_t lane) const {
    std::uint64_t sum = 0;
    for (const auto& x : bodies)
      sum += x.lane == lane ? x.sent : 0;
    return sum;
  }
  void limit(std::uint32_t lane, std::uint64_t rate) {
    gate.set_rate(lane, rate, now);
  }
  void limit_all(std::uint64_t rate) {
    gate.set_rate(rate, now);
  }

  transport::time_point now{};
  transport::bandwidth_gate gate;
  std::vector<body> bodies;

private:
  void read(body& x) {
    while (const auto got = gate.ask(x.ticket, left(x), now)) {
      x.sent += got;
      if (x.length != 0 && x.sent % x.length == 0) {
        gate.leave(x.ticket);
        gate.enter(x.ticket, x.lane);
      }
    }
  }
  static std::uint64_t left(const body& x) {
    return x.length == 0 ? 256 << 10 : x.length - x.sent % x.length;
  }
};

} // namespace flotilla::test
