#include "transport/bandwidth_gate.hpp"

#include <algorithm>
#include <utility>

namespace flotilla::transport {

namespace {

constexpr std::uint64_t smallest_portion = 4 << 10;
constexpr std::uint64_t largest_portion = 256 << 10;
constexpr std::uint64_t portions_per_second = 40;

} // namespace

std::uint64_t bandwidth_gate::portion() const noexcept {
  return std::clamp(bucket_.rate() / portions_per_second, smallest_portion, largest_portion);
}

std::uint64_t bandwidth_gate::ask(ticket& who, std::uint64_t want, time_point now) {
  if (who.waiting)
    return 0;
  if (who.granted > 0) {
    const auto granted = std::exchange(who.granted, 0);
    const auto used = std::min(granted, want);
    bucket_.give_back(granted - used);
    return used;
  }
  if (!bucket_.limited())
    return want;
  const auto share = std::min(want, portion());
  if (queue_.empty() && bucket_.take(share, now))
    return share;
  who.waiting = true;
  queue_.push_back(&who);
  return 0;
}

void bandwidth_gate::release(time_point now, std::vector<ticket*>& to) {
  to.insert(to.end(), excused_.begin(), excused_.end());
  excused_.clear();
  while (!queue_.empty() && bucket_.take(portion(), now)) {
    auto* next = queue_.front();
    queue_.pop_front();
    next->waiting = false;
    next->granted = bucket_.limited() ? portion() : 0;
    to.push_back(next);
  }
}

std::optional<time_point> bandwidth_gate::due(time_point now) const {
  if (!excused_.empty())
    return now;
  if (queue_.empty())
    return std::nullopt;
  return bucket_.ready_at(portion(), now);
}

void bandwidth_gate::excuse(ticket& who) {
  if (!who.waiting)
    return;
  forget(who);
  excused_.push_back(&who);
}

void bandwidth_gate::leave(ticket& who) {
  forget(who);
  excused_.erase(std::remove(excused_.begin(), excused_.end(), &who), excused_.end());
  bucket_.give_back(std::exchange(who.granted, 0));
}

void bandwidth_gate::forget(ticket& who) {
  if (who.waiting)
    queue_.erase(std::remove(queue_.begin(), queue_.end(), &who), queue_.end());
  who.waiting = false;
}

} // namespace flotilla::transport
