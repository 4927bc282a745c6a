#include "actors/push.hpp"

#include "protocol/fair_shares.hpp"

#include <algorithm>
#include <utility>

// How much a push may use: by the user's limits, and by what its registry takes.

namespace flotilla::actors {

void push_state::limit(const limit_change& change) {
  auto& options = is_.order.options;
  if (change.sets_uploads)
    options.uploads = std::clamp<std::uint32_t>(change.uploads, 1, 32);
  if (change.sets_bandwidth)
    options.bandwidth = change.bandwidth;
  engagement_.options = options;
  if (is_.journal.changed)
    is_.journal.changed(is_.order);
  share_limits();
}

/// Fewer or more, by what the registry takes.
void push_state::govern(std::uint32_t streams) {
  governed_ = streams;
  share_limits();
}

/// The registry has asked some node, or another push, for a pause: it holds for all.
void push_state::hold(caf::timespan span) {
  held_until_ = std::max(held_until_, self_->clock().now() + span);
  self_->send(gateway_, atom::hold_v, span);
  seats_.for_each([&](const seat& at) { self_->send(at.node, atom::hold_v, is_.id, span); });
}

void push_state::on_throttled(caf::timespan pause) {
  if (is_.governor)
    self_->send(is_.governor, atom::throttled_v, is_.id, pause);
  if (pause.count() > 0 && gateway_)
    hold(pause);
}

/// What the governor learns from.
void push_state::report_usage() {
  if (!is_.governor)
    return;
  registry_usage now;
  now.bytes = sent_bytes_ - std::exchange(told_bytes_, sent_bytes_);
  now.openings = std::exchange(openings_, {});
  if (phase_ == phase::sending && !paused_) {
    const auto& options = is_.order.options;
    now.least = static_cast<std::uint32_t>(seats_.count());
    seats_.for_each([&](const seat& at) { now.most += std::min(options.uploads, at.slots); });
    if (options.max_uploads != 0)
      now.most = std::min(now.most, options.max_uploads);
    now.held_back = options.bandwidth != 0;
    seats_.for_each([&](const seat& at) { now.streams += at.last.bodies_in_all; });
  }
  self_->send(is_.governor, atom::report_v, is_.id, now);
}

/// What the push may use in all is divided among the nodes that use it, and what one cannot use
/// goes to the others. One that is idle may begin with its part of what there would be if it were
/// not. Where there are fewer streams than nodes, those that are busy come first.
void push_state::share_limits() {
  const auto& options = is_.order.options;
  std::vector<seat*> all;
  seats_.for_each([&all](seat& at) { all.push_back(&at); });
  const auto idle = std::stable_partition(all.begin(), all.end(),
                                          [](const seat* at) { return !at->uploads.empty(); });
  const auto busy = static_cast<std::uint64_t>(idle - all.begin());
  const auto is_needed
    = [this](const seat* at) { return ledger_ && looked_at().may_have_upload(at->number); };
  const auto all_alike = busy == 0 && std::none_of(all.begin(), all.end(), is_needed);
  std::vector<std::uint64_t> streams, rates;
  const auto most = most_streams();
  for (const auto* at : all) {
    const auto has_use = all_alike || !at->uploads.empty() || is_needed(at);
    streams.push_back(has_use || most == 0 ? std::min(options.uploads, at->slots) : 0);
    rates.push_back(at->uploads.empty() ? 0 : at->wanted_rate());
  }
  if (most != 0)
    streams = protocol::fair_shares(most, streams);
  rates = protocol::fair_shares(options.bandwidth, rates);
  for (std::size_t i = 0; i < all.size(); ++i) {
    node_limits now{static_cast<std::uint32_t>(streams[i]), 0};
    if (options.bandwidth != 0)
      now.bandwidth = std::max<std::uint64_t>(
        1, all[i]->uploads.empty() ? options.bandwidth / (busy + 1) : rates[i]);
    limit_node(*all[i], now);
  }
}

/// On all nodes together; 0: as many as each may have.
std::uint32_t push_state::most_streams() const {
  const auto by_user = is_.order.options.max_uploads;
  return by_user == 0 || governed_ == 0 ? std::max(by_user, governed_)
                                        : std::min(by_user, governed_);
}

void push_state::limit_node(seat& at, const node_limits& now) {
  if (now.uploads == at.limits.uploads && now.bandwidth == at.limits.bandwidth)
    return;
  at.limits = now;
  if (at.is != seat::stage::surveyed && at.is != seat::stage::located)
    self_->send(at.node, atom::limit_v, is_.id, now);
}

} // namespace flotilla::actors
