#include "transport/progress_clock.hpp"

#include <algorithm>

namespace flotilla::transport {

progress_clock::progress_clock(patience allowed, bool has_body)
  : allowed_(allowed), has_body_(has_body) {
  if (!has_body_)
    allowed_.answer = std::min(2 * allowed_.stall, allowed_.answer);
}

void progress_clock::begin(time_point now) {
  stage_ = has_body_ ? stage::sending : stage::awaiting;
  seen_ = {};
  moved_ = now;
}

void progress_clock::body_read(time_point now) {
  stage_ = stage::awaiting;
  moved_ = now;
}

void progress_clock::answer_begun(time_point now) {
  if (stage_ == stage::answering)
    return;
  stage_ = stage::answering;
  moved_ = now;
  begun_ = now;
}

progress_clock::verdict progress_clock::check(time_point now, const traffic& seen, bool held) {
  if (moves(seen) || held)
    moved_ = now;
  seen_ = seen;
  return judge(now);
}

bool progress_clock::moves(const traffic& seen) const noexcept {
  if (seen.written != seen_.written || seen.queued < seen_.queued)
    return true;
  return stage_ == stage::answering && seen.received != seen_.received;
}

progress_clock::verdict progress_clock::judge(time_point now) const {
  const auto still = now - moved_;
  switch (stage_) {
    case stage::connecting: return verdict::fine;
    case stage::sending: return still < allowed_.stall ? verdict::fine : verdict::stalled;
    case stage::awaiting:
      if (seen_.queued > 0 && still >= allowed_.stall)
        return verdict::stalled;
      return still < allowed_.answer ? verdict::fine : verdict::unanswered;
    case stage::answering:
      if (now - begun_ >= allowed_.answer)
        return verdict::endless;
      return still < allowed_.stall ? verdict::fine : verdict::stalled;
  }
  return verdict::fine;
}

} // namespace flotilla::transport
