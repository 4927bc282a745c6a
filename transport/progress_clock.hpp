#pragma once

#include "transport/clock.hpp"

#include <chrono>
#include <cstdint>

namespace flotilla::transport {

/// How long an exchange may stand still.
struct patience {
  std::chrono::milliseconds stall; ///< no byte moves though there are some to move
  std::chrono::milliseconds
    answer; ///< all was sent, and the final answer does not begin, or does not end
};

/// Decides when an exchange has stood still for too long. Time limits are on progress, so that a
/// slow link may take as long as it needs, and a dead one is noticed soon: bytes that our system
/// still holds for the network count as not sent, and interim answers move nothing: a server could
/// send them for ever. Until the connection stands, curl keeps the time.
class progress_clock {
public:
  enum class verdict : std::uint8_t {
    fine,
    stalled,    ///< bytes wait to be sent, or to be received, and none moves
    unanswered, ///< all bytes are with the other side, and it says nothing
    endless,    ///< the answer began, and comes too slowly to ever end
  };

  /// What the system says of the connection.
  struct traffic {
    std::uint64_t written = 0;  ///< body bytes that the system took
    std::uint64_t queued = 0;   ///< bytes that it holds, not yet confirmed by the other side
    std::uint64_t received = 0; ///< bytes of the answer, and of interim answers before it
  };

  /// @param allowed what a request with a body is granted; one without may wait for its answer for
  ///        twice `allowed.stall`, and no longer than `allowed.answer`
  progress_clock(patience allowed, bool has_body);

  /// The connection stands and the request leaves, for the first time or once more.
  void begin(time_point now);
  void body_read(time_point now);    ///< the last byte of the body was read
  void answer_begun(time_point now); ///< the head of the answer is complete

  /// To be asked several times within the shortest limit.
  /// @param held the body waits for bandwidth, which is nobody's fault
  verdict check(time_point now, const traffic& seen, bool held);

  /// How long the answer may take to begin once all is sent, and then to end.
  std::chrono::milliseconds answer_limit() const noexcept {
    return allowed_.answer;
  }

private:
  enum class stage : std::uint8_t { connecting, sending, awaiting, answering };

  bool moves(const traffic& seen) const noexcept;
  verdict judge(time_point now) const;

  patience allowed_;
  bool has_body_;
  stage stage_ = stage::connecting;
  traffic seen_;
  time_point moved_; ///< when a byte moved last
  time_point begun_; ///< when the answer began
};

} // namespace flotilla::transport
