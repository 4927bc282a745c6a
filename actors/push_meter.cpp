#include "actors/push_meter.hpp"

#include <algorithm>

namespace flotilla::actors {

void push_meter::progress(moment now) noexcept {
  last_progress_ = now;
  in_trouble_ = false;
}

void push_meter::setback(moment now, const setback_note& note) {
  last_ = note;
  in_trouble_ = true;
  ++setbacks_;
  trouble_until_ = std::max(trouble_until_, now + note.wait);
  ++retries_[note.reason];
  if (note.reason != "429" && note.reason != "503")
    return;
  // Waits of many requests overlap: only what they add to the time already waited counts.
  auto from = std::max(now, throttled_until_);
  auto until = now + note.wait;
  if (until > from) {
    throttled_ += until - from;
    throttled_until_ = until;
  }
}

/// What was only mounted, or turned out to be there, says nothing of how long uploads take.
void push_meter::confirmed(protocol::confirmation how, double seconds) noexcept {
  if (how == protocol::confirmation::uploaded || how == protocol::confirmation::resumed)
    uploads_.note(seconds);
}

bool push_meter::is_spent(moment now, std::chrono::milliseconds budget) const noexcept {
  return is_in_trouble(now) && now - last_progress_ >= budget;
}

/// What went well meanwhile does not help a request that still waits for its next try.
bool push_meter::is_in_trouble(moment now) const noexcept {
  return in_trouble_ || now < trouble_until_;
}

void push_meter::write(moment now, push_status& to) const {
  to.seconds = std::chrono::duration<double>(now - began_).count();
  to.last_setback = last_;
  to.setbacks = setbacks_;
  to.uploads = uploads_;
  to.in_trouble = is_in_trouble(now);
  to.retries.clear();
  for (const auto& [reason, count] : retries_)
    to.retries.push_back({reason, count});
  auto ahead = std::max(throttled_until_ - now, moment::duration::zero());
  to.throttled_seconds = std::max(0.0, (throttled_ - std::chrono::duration<double>(ahead)).count());
}

std::string bottleneck_of(const std::vector<node_share>& nodes) {
  double disk = 0, wire = 0, registry = 0, busy = 0;
  for (const auto& node : nodes) {
    disk += node.disk_seconds;
    wire += node.wire_seconds;
    registry += node.registry_seconds;
    busy += node.seconds;
  }
  if (busy <= 0 || wire + registry <= 0)
    return {};
  // One thread a node reads the files: when it does little else, the disk is what all wait for.
  if (disk > busy / 2)
    return "disk";
  return wire > registry ? "network" : "registry";
}

} // namespace flotilla::actors
