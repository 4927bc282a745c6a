#include "actors/governor.hpp"

#include "protocol/fair_shares.hpp"

#include <algorithm>
#include <utility>

namespace flotilla::actors {

void governor_state::join(const std::string& push, governed_actor whom) {
  if (const caf::timespan left = held_until_ - self_->clock().now(); left.count() > 0)
    self_->send(whom, atom::hold_v, left);
  clients_[push] = {std::move(whom), {}, 0};
  if (!std::exchange(ticking_, true))
    self_->delayed_send(self_, epoch, atom::tick_v);
}

void governor_state::note(const std::string& push, const registry_usage& usage) {
  auto found = clients_.find(push);
  if (found == clients_.end())
    return;
  found->second.last = usage;
  bytes_ += usage.bytes;
  in_use_ += usage.streams;
  openings_.add(usage.openings);
  notes_ += found == clients_.begin() ? 1 : 0;
  held_back_ |= usage.held_back;
}

void governor_state::on_throttled(const std::string& push, caf::timespan pause) {
  throttled_ = true;
  if (pause.count() <= 0)
    return;
  held_back_ = true;
  held_until_ = std::max(held_until_, self_->clock().now() + pause);
  for (const auto& [id, each] : clients_)
    if (id != push) // its nodes know, or are told by itself
      self_->send(each.push, atom::hold_v, pause);
}

void governor_state::leave(const std::string& push) {
  clients_.erase(push);
  if (clients_.empty()) // what was learned is old before the next one comes
    streams_.reset();
  share_out();
}

void governor_state::tick() {
  const auto bytes = std::exchange(bytes_, 0);
  const auto in_use = std::exchange(in_use_, 0) / std::max(1U, std::exchange(notes_, 0));
  const auto openings = std::exchange(openings_, {});
  const auto throttled = std::exchange(throttled_, false);
  const auto held_back = std::exchange(held_back_, false);
  ticking_ = !clients_.empty();
  if (!ticking_)
    return;
  self_->delayed_send(self_, epoch, atom::tick_v);
  std::uint32_t least = 0, most = 0;
  for (const auto& [id, each] : clients_) {
    least += each.last.least;
    most += each.last.most;
  }
  if (least == 0)
    return; // nobody is at work
  most = std::max(least, most);
  if (!streams_)
    streams_.emplace(least, most);
  streams_->allow(least, most);
  const auto rate = static_cast<double>(bytes) / std::chrono::duration<double>{epoch}.count();
  // Bytes that a limit of ours holds back tell nothing of the registry.
  streams_->note({rate, held_back ? 0 : static_cast<std::uint32_t>(in_use), throttled,
                  openings.count == 0 ? 0 : openings.seconds / openings.count});
  share_out();
}

void governor_state::share_out() {
  if (!streams_)
    return;
  std::vector<std::uint64_t> wants;
  for (const auto& [id, each] : clients_)
    wants.push_back(each.last.most);
  const auto shares = protocol::fair_shares(streams_->streams(), wants);
  auto next = shares.begin();
  for (auto& [id, each] : clients_) {
    const auto share = static_cast<std::uint32_t>(*next++);
    const auto now = share >= each.last.most ? 0 : std::max(share, 1U);
    if (std::exchange(each.share, now) != now)
      self_->send(each.push, atom::limit_v, now);
  }
}

governor_state::interface::behavior_type governor(governor_state::pointer self) {
  auto& state = self->state;
  return {
    [&state](atom::join, const std::string& push, governed_actor& whom) {
      state.join(push, std::move(whom));
    },
    [&state](atom::report, const std::string& push, const registry_usage& usage) {
      state.note(push, usage);
    },
    [&state](atom::throttled, const std::string& push, caf::timespan pause) {
      state.on_throttled(push, pause);
    },
    [&state](atom::ended, const std::string& push) { state.leave(push); },
    [&state](atom::tick) { state.tick(); },
  };
}

} // namespace flotilla::actors
