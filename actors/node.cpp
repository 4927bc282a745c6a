#include "actors/node.hpp"

#include "actors/checker.hpp"
#include "actors/gateway.hpp"
#include "actors/teller.hpp"
#include "actors/uploader.hpp"
#include "protocol/plan.hpp"

#include <algorithm>

namespace flotilla::actors {

void node_state::wire(http_actor http, surveyor_actor surveyor, hasher_actor hasher,
                      node_options options) {
  http_ = std::move(http);
  surveyor_ = std::move(surveyor);
  options_ = std::move(options);
  hasher_ = std::move(hasher);
  self_->link_to(hasher_);
  for (std::uint32_t i = 0; i < options_.uploads; ++i)
    uploaders_.push_back(self_->spawn<caf::linked>(uploader, i, crew_desk_actor{self_}, hasher_));
  self_->delayed_send(self_, options_.report_every, atom::tick_v);
}

node_state::duty* node_state::find(const std::string& push) {
  auto found = duties_.find(push);
  return found == duties_.end() ? nullptr : &found->second;
}

std::vector<std::string> node_state::pushes() const {
  std::vector<std::string> ids;
  for (const auto& [push, d] : duties_)
    ids.push_back(push);
  return ids;
}

// ---- pushes ----------------------------------------------------------------------------------

/// The push of a restarted coordinator finds what the one before it has left on the wire; but not
/// where that one was told, or would have been, that it failed here.
void node_state::engage(engagement job, push_actor push, token_actor tokens) {
  const auto id = job.push;
  if (const auto* before = find(id); before != nullptr && before->failed)
    release(id);
  auto& d = duties_[id];
  const auto known = d.job.lane != 0;
  job.lane = known ? d.job.lane : ++last_lane_;
  if (known) {
    dismiss(d.checker);            // what it had left to ask is asked for again
    self_->unlink_from(d.gateway); // it lives for as long as what is on the wire needs it
  }
  d.limits.uploads = job.options.uploads; // its bandwidth is as the transport was told last
  d.job = std::move(job);
  d.push = std::move(push);
  d.pending = {};
  d.pending.claims = true;
  auto throttled
    = [tell = teller(self_), id](caf::timespan pause) { tell(atom::throttled_v, id, pause); };
  d.gateway
    = self_->spawn<caf::linked>(gateway, http_, std::move(tokens), d.job, std::move(throttled));
  start_crew(d);
  if (known) {
    for (const auto& [blob, body] : d.bodies)
      d.pending.claimed.push_back(blob);
  } else {
    d.share.name = options_.name;
    d.disk_before = disk_seconds_;
  }
  find_root(id);
  d.answer_due = true;
  soon();
}

void node_state::start_crew(duty& d) {
  for (const auto& each : uploaders_)
    self_->send(each, atom::engage_v, d.job, d.gateway);
  d.checker = self_->spawn<caf::linked>(checker, crew_desk_actor{self_}, d.gateway, d.job);
}

void node_state::find_root(const std::string& push) {
  auto& d = duties_.at(push);
  self_->request(surveyor_, caf::infinite, atom::where_v, d.job.source)
    .then(
      [this, push](std::string& root) {
        if (auto* at = find(push))
          at->root = std::move(root);
        feed();
      },
      // A node without the source only asks the registry: it gets nothing to send.
      [](const caf::error&) {});
}

void node_state::work(const std::string& push, work_batch batch) {
  auto* d = find(push);
  if (d == nullptr)
    return;
  if (!batch.checks.empty())
    self_->send(d->checker, atom::check_v, std::move(batch.checks));
  if (!batch.uploads.empty() && d->began == moment{})
    d->began = self_->clock().now();
  for (auto& upload : batch.begun)
    d->begun.insert_or_assign(upload.blob, std::move(upload));
  for (auto& order : batch.uploads) {
    if (leaving_)
      d->pending.returned.push_back(order.blob);
    else if (d->bodies.count(order.blob) == 0) // else it is in hand: we have claimed it
      d->queue.push_back(std::move(order));
  }
  if (leaving_)
    soon();
  feed();
}

void node_state::limit(const std::string& push, const node_limits& limits) {
  auto* d = find(push);
  if (d == nullptr)
    return;
  if (limits.bandwidth != d->limits.bandwidth)
    self_->send(http_, atom::limit_v, d->job.lane, limits.bandwidth);
  d->limits = limits;
  feed();
}

void node_state::learn(const std::string& push, const protocol::registry_profile& profile) {
  if (find(push) != nullptr)
    for (const auto& each : uploaders_)
      self_->send(each, atom::learn_v, push, profile);
}

void node_state::hold(const std::string& push, caf::timespan span) {
  if (auto* d = find(push))
    self_->send(d->gateway, atom::hold_v, span);
}

void node_state::recall(const std::string& push, const std::vector<index>& blobs) {
  auto* d = find(push);
  if (d == nullptr)
    return;
  auto wanted = [&](const upload_order& order) {
    return std::find(blobs.begin(), blobs.end(), order.blob) != blobs.end();
  };
  for (const auto& order : d->queue)
    if (wanted(order)) {
      d->pending.returned.push_back(order.blob);
      d->begun.erase(order.blob);
    }
  d->queue.erase(std::remove_if(d->queue.begin(), d->queue.end(), wanted), d->queue.end());
  d->answer_due = true;
  soon();
}

void node_state::drop(const std::string& push, const std::vector<index>& blobs) {
  auto* d = find(push);
  if (d == nullptr)
    return;
  for (auto blob : blobs)
    forget(push, *d, blob);
}

void node_state::forget(const std::string& push, duty& d, index blob) {
  auto body = d.bodies.find(blob);
  if (body == d.bodies.end())
    return;
  d.in_flight_bytes -= body->second.sent;
  d.bodies.erase(body);
  d.shared.erase(blob);
  d.on_wire.erase(blob);
  d.watch.end(blob, self_->clock().now());
  for (const auto& each : uploaders_)
    self_->send(each, atom::drop_v, push, blob);
}

// ---- orders for uploaders --------------------------------------------------------------------

void node_state::on_hungry(std::uint32_t uploader) {
  hungry_.push_back(uploader);
  feed();
}

void node_state::feed() {
  for (std::size_t left = hungry_.size(); left > 0; --left) {
    auto uploader = hungry_.front();
    hungry_.pop_front();
    if (!feed(uploader))
      hungry_.push_back(uploader);
  }
}

/// Pushes take turns. One that may use N slots here gets the first N uploaders.
bool node_state::feed(std::uint32_t uploader) {
  auto can_have = [uploader](const auto& each) {
    const auto& d = each.second;
    return !d.queue.empty() && !d.root.empty() && uploader < d.limits.uploads;
  };
  auto next = std::find_if(duties_.upper_bound(served_last_), duties_.end(), can_have);
  if (next == duties_.end())
    next = std::find_if(duties_.begin(), duties_.end(), can_have);
  if (next == duties_.end())
    return false;
  served_last_ = next->first;
  hand_out(next->first, next->second, uploader);
  return true;
}

void node_state::hand_out(const std::string& push, duty& d, std::uint32_t uploader) {
  auto order = std::move(d.queue.front());
  d.queue.pop_front();
  d.bodies[order.blob] = {order.id, order.size, 0};
  auto path = d.root + '/' + protocol::blob_file(order.naming, order.id);
  open_upload begun;
  if (auto known = d.begun.find(order.blob); known != d.begun.end()) {
    begun = std::move(known->second);
    d.begun.erase(known);
  }
  begun.blob = order.blob;
  if (begun.is_open())
    d.shared.insert(order.blob);
  self_->send(uploaders_[uploader], atom::upload_v, push,
              protocol::blob_order{order.id, order.size, std::move(path),
                                   std::move(order.mount_from), d.job.options.chunk},
              std::move(begun));
}

node_state::interface::behavior_type node(node_state::pointer self, http_actor http,
                                          surveyor_actor surveyor, hasher_actor hasher,
                                          node_options options) {
  self->state.wire(std::move(http), std::move(surveyor), std::move(hasher), std::move(options));
  auto& state = self->state;
  using index = protocol::ledger::index;
  return {
    [&state](atom::engage, engagement& job, push_actor& push, token_actor& tokens) {
      state.engage(std::move(job), std::move(push), std::move(tokens));
    },
    [&state](atom::work, const std::string& push, work_batch& batch) {
      state.work(push, std::move(batch));
    },
    [&state](atom::limit, const std::string& push, const node_limits& limits) {
      state.limit(push, limits);
    },
    [&state](atom::learn, const std::string& push, const protocol::registry_profile& profile) {
      state.learn(push, profile);
    },
    [&state](atom::hold, const std::string& push, caf::timespan span) { state.hold(push, span); },
    [&state](atom::recall, const std::string& push, const std::vector<index>& blobs) {
      state.recall(push, blobs);
    },
    [&state](atom::drop, const std::string& push, const std::vector<index>& blobs) {
      state.drop(push, blobs);
    },
    [&state](atom::release, const std::string& push) { state.release(push); },
    [&state](atom::lost, bool lease_ran_out) { state.lose_coordinator(lease_ran_out); },
    [&state](atom::leave) { return state.leave(); },
    [&state](atom::list) { return state.pushes(); },
    [&state](atom::checked, const std::string& push, const check_result& result) {
      state.on_checked(push, result);
    },
    [&state](atom::uploaded, const std::string& push, const upload_result& result) {
      state.on_uploaded(push, result);
    },
    [&state](atom::moved, const std::string& push, const body_progress& progress) {
      state.on_moved(push, progress);
    },
    [&state](atom::setback, const std::string& push, setback_note& note) {
      state.on_setback(push, std::move(note));
    },
    [&state](atom::throttled, const std::string& push, caf::timespan pause) {
      state.on_throttled(push, pause);
    },
    [&state](atom::record, const std::string& push, open_upload& upload) {
      state.on_begun(push, std::move(upload));
    },
    [&state](atom::learned, const std::string& push, const protocol::registry_profile& profile) {
      state.on_learned(push, profile);
    },
    [&state](atom::failed, const std::string& push, protocol::failure& why) {
      state.on_failed(push, std::move(why));
    },
    [&state](atom::hungry, std::uint32_t uploader) { state.on_hungry(uploader); },
    [&state](atom::spent, const std::string& push, const time_spent& spent) {
      state.on_spent(push, spent);
    },
    [&state](atom::flush) { state.flush(); },
    [&state](atom::tick) { state.tick(); },
  };
}

} // namespace flotilla::actors
