#include "transport/bandwidth_gate.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace flotilla::transport {

namespace {

constexpr std::uint64_t smallest_portion = 4 << 10;
constexpr std::uint64_t largest_portion = 256 << 10;
constexpr std::uint64_t portions_per_second = 40;

std::uint64_t portion_of(const token_bucket& bucket) noexcept {
  if (!bucket.limited())
    return std::numeric_limits<std::uint64_t>::max();
  return std::clamp(bucket.rate() / portions_per_second, smallest_portion, largest_portion);
}

time_point ready_at(const token_bucket& bucket, time_point now) {
  return bucket.ready_at(portion_of(bucket), now);
}

bool is_ready(const token_bucket& bucket, time_point now) {
  return ready_at(bucket, now) <= now;
}

} // namespace

// ---- lanes --------------------------------------------------------------------------------------

void bandwidth_gate::enter(ticket& who, std::uint32_t lane) {
  if (lane == 0)
    return;
  who.in = &remembered(lane);
  ++who.in->tickets;
}

void bandwidth_gate::leave(ticket& who) {
  step_out(who);
  excused_.erase(std::remove(excused_.begin(), excused_.end(), &who), excused_.end());
  use_grant(who, 0);
  if (auto* from = std::exchange(who.in, nullptr)) {
    --from->tickets;
    forget_if_unused(*from);
  }
}

void bandwidth_gate::set_rate(std::uint32_t lane, std::uint64_t rate, time_point now) {
  if (lane == 0)
    return;
  auto& which = remembered(lane);
  which.bucket.set_rate(rate, now);
  forget_if_unused(which);
}

bandwidth_gate::lane_state& bandwidth_gate::remembered(std::uint32_t number) {
  auto& which = lanes_[number];
  which.number = number;
  return which;
}

void bandwidth_gate::forget_if_unused(const lane_state& which) {
  if (which.tickets == 0 && !which.bucket.limited())
    lanes_.erase(std::uint32_t{which.number}); // a copy: the key must outlive the lane
}

// ---- bytes --------------------------------------------------------------------------------------

std::uint64_t bandwidth_gate::portion(const lane_state& in) const noexcept {
  return std::min(portion_of(in.bucket), portion_of(common_));
}

/// Counts what each body of the lane gets by it, so that a lane of many bodies has more turns, and
/// so has one of small portions. Whoever fell behind for want of its own bytes has nothing to make
/// up.
bool bandwidth_gate::take(lane_state& from, std::uint64_t bytes, time_point now) {
  if (!from.bucket.take(bytes, now))
    return false;
  if (!common_.take(bytes, now)) {
    from.bucket.give_back(bytes);
    return false;
  }
  const auto bodies = std::max<std::size_t>(from.queue.size() + from.grants, 1);
  place_ = std::max(place_, from.place);
  from.place = place_ + static_cast<double>(bytes) / static_cast<double>(bodies);
  return true;
}

void bandwidth_gate::grant(ticket& who, time_point now) {
  auto& in = lane_of(who);
  if (!limited(in) || !take(in, portion(in), now))
    return;
  who.granted = portion(in);
  ++in.grants;
}

std::uint64_t bandwidth_gate::use_grant(ticket& who, std::uint64_t most) {
  if (who.granted == 0)
    return 0;
  auto& in = lane_of(who);
  --in.grants;
  const auto granted = std::exchange(who.granted, 0);
  const auto used = std::min(granted, most);
  in.bucket.give_back(granted - used);
  common_.give_back(granted - used);
  return used;
}

std::uint64_t bandwidth_gate::ask(ticket& who, std::uint64_t want, time_point now) {
  if (who.waiting)
    return 0;
  auto& in = lane_of(who);
  const auto share = std::min(want, portion(in));
  if (const auto used = use_grant(who, share)) // the limit may be tighter by now
    return used;
  if (!limited(in))
    return share;
  if (!is_behind_others(in, now) && take(in, share, now))
    return share;
  line_up(who);
  return 0;
}

// ---- turns --------------------------------------------------------------------------------------

/// Who waits in a lane that has no bytes left is before nobody in another lane.
bool bandwidth_gate::is_behind_others(const lane_state& in, time_point now) const {
  if (!in.queue.empty())
    return true;
  return common_.limited()
         && std::any_of(queues_.begin(), queues_.end(),
                        [now](const lane_state* x) { return is_ready(x->bucket, now); });
}

void bandwidth_gate::release(time_point now, std::vector<ticket*>& to) {
  to.insert(to.end(), excused_.begin(), excused_.end());
  excused_.clear();
  while (auto* in = next(now)) {
    auto& who = *in->queue.front();
    grant(who, now);
    step_out(who);
    to.push_back(&who);
  }
}

/// Waits for a whole portion of each limit, though the lesser of the two is taken: so whoever
/// needs more is not overtaken by those who need less, and `due` can tell the time.
bandwidth_gate::lane_state* bandwidth_gate::next(time_point now) const {
  if (!is_ready(common_, now))
    return nullptr;
  lane_state* first = nullptr;
  for (auto* x : queues_)
    if (is_ready(x->bucket, now) && (first == nullptr || x->place < first->place))
      first = x;
  return first;
}

std::optional<time_point> bandwidth_gate::due(time_point now) const {
  if (!excused_.empty())
    return now;
  if (queues_.empty())
    return std::nullopt;
  auto soonest = time_point::max();
  for (const auto* x : queues_)
    soonest = std::min(soonest, ready_at(x->bucket, now));
  return std::max(soonest, ready_at(common_, now));
}

void bandwidth_gate::excuse(ticket& who) {
  if (!who.waiting)
    return;
  step_out(who);
  excused_.push_back(&who);
}

void bandwidth_gate::line_up(ticket& who) {
  auto& in = lane_of(who);
  if (in.queue.empty())
    queues_.push_back(&in);
  in.queue.push_back(&who);
  who.waiting = true;
}

void bandwidth_gate::step_out(ticket& who) {
  if (!std::exchange(who.waiting, false))
    return;
  auto& in = lane_of(who);
  if (in.queue.front() == &who)
    in.queue.pop_front();
  else
    in.queue.erase(std::remove(in.queue.begin(), in.queue.end(), &who), in.queue.end());
  if (in.queue.empty())
    queues_.erase(std::remove(queues_.begin(), queues_.end(), &in), queues_.end());
}

} // namespace flotilla::transport
