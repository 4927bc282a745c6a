#pragma once

#include "transport/token_bucket.hpp"

#include <deque>
#include <optional>
#include <vector>

namespace flotilla::transport {

/// Shares the bandwidth among all bodies: whoever finds the bucket empty, or others waiting, waits
/// its turn, and each turn is one small portion. Engine's thread only.
class bandwidth_gate {
public:
  /// A body's place in the queue. Must leave before it is destroyed.
  struct ticket {
    void* owner = nullptr; ///< of no concern to the gate
    bool waiting = false;
    std::uint64_t granted = 0; ///< bytes that its turn brought and that it has not used yet
  };

  bandwidth_gate(std::uint64_t rate, time_point now) : bucket_(rate, now) {
  }

  /// Asks to read up to `want` bytes, which must not be 0.
  /// @returns how many may be read; 0: none until `release` names the ticket.
  std::uint64_t ask(ticket& who, std::uint64_t want, time_point now);

  /// Adds to `to` the tickets whose turn has come: their owners ask again.
  void release(time_point now, std::vector<ticket*>& to);

  /// When `release` will have something to do; none while nobody waits.
  std::optional<time_point> due(time_point now) const;

  /// Lets a waiting ticket go ahead without any bytes, at the next `release`.
  void excuse(ticket& who);

  void leave(ticket& who);

  /// @param rate bytes per second; 0: no limit
  void set_rate(std::uint64_t rate, time_point now) {
    bucket_.set_rate(rate, now);
  }

private:
  std::uint64_t portion() const noexcept;
  void forget(ticket& who);

  token_bucket bucket_;
  std::deque<ticket*> queue_;
  std::vector<ticket*> excused_;
};

} // namespace flotilla::transport
