#pragma once

#include "transport/token_bucket.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

namespace flotilla::transport {

/// Shares the bandwidth among all bodies, and what a lane may use of it among that lane's bodies.
/// Whoever finds no bytes, or others waiting, waits its turn, and each turn is one small portion.
/// Within a lane, turns go by order of waiting. A lane that has no bytes left is passed over, so it
/// holds nobody else up; among the others, all bodies get the same. Bytes are taken from both
/// limits at once, so none lie idle with a body that waits for the other limit. Engine's thread
/// only.
class bandwidth_gate {
  struct lane_state;

public:
  /// A body's place in the queue. Must leave before it is destroyed.
  struct ticket {
    void* owner = nullptr; ///< of no concern to the gate
    bool waiting = false;
    std::uint64_t granted = 0; ///< bytes that its turn brought and that it has not used yet
    lane_state* in = nullptr;  ///< null: nobody's
  };

  /// @param rate bytes per second of all bodies together; 0: no limit
  bandwidth_gate(std::uint64_t rate, time_point now) : common_(rate, now) {
  }
  bandwidth_gate(const bandwidth_gate&) = delete;
  bandwidth_gate& operator=(const bandwidth_gate&) = delete;

  /// Puts a new ticket in a lane, once, before it asks; without this it is nobody's.
  /// @param lane 0: nobody's
  void enter(ticket& who, std::uint32_t lane);

  /// Asks to read up to `want` bytes, which must not be 0.
  /// @returns how many may be read; 0: none until `release` names the ticket.
  std::uint64_t ask(ticket& who, std::uint64_t want, time_point now);

  /// Whether `ask` may ever say no.
  bool limits(const ticket& who) const noexcept {
    return limited(who.in != nullptr ? *who.in : nobodys_);
  }

  /// Adds to `to` the tickets whose turn has come: their owners ask again.
  void release(time_point now, std::vector<ticket*>& to);

  /// When `release` will have something to do; none while nobody waits.
  std::optional<time_point> due(time_point now) const;

  /// Lets a waiting ticket go ahead without any bytes, at the next `release`.
  void excuse(ticket& who);

  void leave(ticket& who);

  /// @param rate bytes per second of all bodies together; 0: no limit
  void set_rate(std::uint64_t rate, time_point now) {
    common_.set_rate(rate, now);
  }
  /// @param lane not 0: nobody's bodies have no limit of their own
  /// @param rate bytes per second of the lane's bodies together; 0: no limit
  void set_rate(std::uint32_t lane, std::uint64_t rate, time_point now);

  /// How many lanes are remembered: those that have a limit or tickets.
  std::size_t lanes() const noexcept {
    return lanes_.size();
  }

private:
  struct lane_state {
    std::uint32_t number = 0;
    std::size_t tickets = 0;
    token_bucket bucket{0, {}};
    std::deque<ticket*> queue;
    std::size_t grants = 0; ///< tickets with bytes that they have not used yet
    double place = 0;       ///< bytes that each of its bodies was given: the lowest goes first
  };

  lane_state& lane_of(const ticket& who) noexcept {
    return who.in != nullptr ? *who.in : nobodys_;
  }
  lane_state& remembered(std::uint32_t number);
  void forget_if_unused(const lane_state& which);

  bool limited(const lane_state& in) const noexcept {
    return in.bucket.limited() || common_.limited();
  }
  std::uint64_t portion(const lane_state& in) const noexcept;
  bool take(lane_state& from, std::uint64_t bytes, time_point now);
  void grant(ticket& who, time_point now);
  std::uint64_t use_grant(ticket& who, std::uint64_t most);

  bool is_behind_others(const lane_state& in, time_point now) const;
  lane_state* next(time_point now) const;
  void line_up(ticket& who);
  void step_out(ticket& who);

  token_bucket common_;
  lane_state nobodys_;
  std::unordered_map<std::uint32_t, lane_state> lanes_;
  std::vector<lane_state*> queues_; ///< the lanes, and nobody's, in which somebody waits
  std::vector<ticket*> excused_;
  double place_ = 0; ///< the furthest that a lane had come to before its turn
};

} // namespace flotilla::transport
