#include "actors/governor.hpp"

#include "protocol/fair_shares.hpp"

#include <algorithm>
#include <utility>

namespace flotilla::actors {

void governor_state::join(const std::string& push, governed_actor whom) {
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
  notes_ += found == clients_.begin() ? 1 : 0;
  held_back_ |= usage.held_back;
}

void governor_state::on_throttled(const std::string& push, caf::timespan pause) {
  throttled_ = true;
  if (pause.count() <= 0)
    return;
  held_back_ = true;
  for (const auto& [id, each] : clients_)
    if (id != push) // its nodes know, or are told by itself
      self_->send(each.push, atom::hold_v, pause);
}

void governor_state::leave(const std::string& push) {
  clients_.erase(push);
  share_out();
}

void governor_state::tick() {
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
  const auto in_use = notes_ == 0 ? 0 : static_cast<std::uint32_t>(in_use_ / notes_);
  const auto rate = static_cast<double>(bytes_) / std::chrono::duration<double>{epoch}.count();
  if (throttled_ || !held_back_)
    streams_->note({rate, in_use, throttled_});
  bytes_ = in_use_ = 0;
  notes_ = 0;
  throttled_ = held_back_ = false;
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
