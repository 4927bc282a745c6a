#include "actors/node.hpp"

#include <algorithm>
#include <utility>

// What a node stops: for a push that has ended or that nobody can tell about, and for its own end.

namespace flotilla::actors {

void node_state::release(const std::string& push) {
  auto* d = find(push);
  if (d == nullptr)
    return;
  self_->send(http_, atom::cancel_v, d->job.lane);
  self_->send(http_, atom::limit_v, d->job.lane, std::uint64_t{0});
  const auto lane = d->job.lane;
  partings_[lane] = {d->gateway, uploaders_.size()};
  for (const auto& each : uploaders_)
    self_->request(each, caf::infinite, atom::release_v, push)
      .then([this, lane](bool) { part(lane); }, [this, lane](const caf::error&) { part(lane); });
  dismiss(d->checker);
  duties_.erase(push);
}

/// One uploader has nothing to say any more.
void node_state::part(std::uint32_t lane) {
  auto& at = partings_.at(lane);
  if (--at.uploaders > 0)
    return;
  dismiss(at.gateway);
  partings_.erase(lane);
  leave_if_drained();
}

void node_state::lose_coordinator(bool lease_ran_out) {
  for (const auto& push : pushes()) {
    auto& d = duties_.at(push);
    d.queue.clear();
    d.begun.clear();
    if (lease_ran_out)
      give_up_shared(push, d);
    if (d.failed || d.bodies.empty())
      release(push);
  }
}

/// Two that write in one session spoil the blob. What goes whole has a session of its own: at worst
/// it goes twice, and it is worth keeping where the coordinator itself is what is down.
void node_state::give_up_shared(const std::string& push, duty& d) {
  for (auto blob : std::exchange(d.shared, {}))
    forget(push, d, blob);
}

caf::result<bool> node_state::leave() {
  leaving_ = true;
  drained_ = self_->make_response_promise<bool>();
  for (auto& [push, d] : duties_) {
    for (const auto& order : d.queue)
      d.pending.returned.push_back(order.blob);
    d.queue.clear();
    d.begun.clear();
  }
  soon();
  auto answer = drained_;
  leave_if_drained();
  return answer;
}

void node_state::leave_if_drained() {
  auto is_idle = [](const auto& each) {
    return each.second.bodies.empty() && each.second.pending.returned.empty();
  };
  if (leaving_ && drained_.pending() && partings_.empty()
      && std::all_of(duties_.begin(), duties_.end(), is_idle))
    drained_.deliver(true);
}

} // namespace flotilla::actors
