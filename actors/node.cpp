#include "actors/node.hpp"

#include "actors/checker.hpp"
#include "actors/gateway.hpp"
#include "actors/hasher.hpp"
#include "actors/uploader.hpp"

#include <algorithm>

namespace flotilla::actors {

namespace {

constexpr std::size_t most_bodies_told = 8;

} // namespace

void node_state::wire(http_actor http, token_actor tokens, node_options options) {
  http_ = std::move(http);
  tokens_ = std::move(tokens);
  options_ = std::move(options);
  hasher_ = self_->spawn<caf::detached + caf::linked>(hasher);
  for (std::uint32_t i = 0; i < options_.uploads; ++i)
    uploaders_.push_back(self_->spawn<caf::linked>(uploader, i, crew_desk_actor{self_}, hasher_));
  self_->delayed_send(self_, options_.report_every, atom::tick_v);
}

node_state::duty* node_state::find(const std::string& push) {
  auto found = duties_.find(push);
  return found == duties_.end() ? nullptr : &found->second;
}

void node_state::engage(engagement job, push_actor push) {
  auto gate = self_->spawn<caf::linked>(gateway, http_, tokens_, job);
  for (const auto& each : uploaders_)
    self_->send(each, atom::engage_v, job, gate);
  duty fresh;
  fresh.push = std::move(push);
  fresh.share.name = options_.name;
  fresh.disk_before = disk_seconds_;
  fresh.gateway = gate;
  fresh.checker = self_->spawn<caf::linked>(checker, crew_desk_actor{self_}, gate, job);
  duties_.insert_or_assign(std::move(job.push), std::move(fresh));
}

void node_state::work(const std::string& push, work_batch batch) {
  auto* d = find(push);
  if (d == nullptr)
    return;
  if (!batch.checks.empty())
    self_->send(d->checker, atom::check_v, std::move(batch.checks));
  if (!batch.uploads.empty() && d->began == moment{})
    d->began = self_->clock().now();
  for (auto& order : batch.uploads) {
    d->bodies[order.blob] = {order.what.id, order.what.size, 0};
    orders_.emplace_back(push, std::move(order));
  }
  feed();
}

void node_state::release(const std::string& push) {
  auto* d = find(push);
  if (d == nullptr)
    return;
  orders_.erase(std::remove_if(orders_.begin(), orders_.end(),
                               [&](const auto& order) { return order.first == push; }),
                orders_.end());
  for (const auto& each : uploaders_)
    self_->send(each, atom::release_v, push);
  for (const auto& each :
       {caf::actor_cast<caf::actor>(d->checker), caf::actor_cast<caf::actor>(d->gateway)}) {
    self_->unlink_from(each);
    self_->send_exit(each, caf::exit_reason::user_shutdown);
  }
  duties_.erase(push);
}

void node_state::feed() {
  while (!hungry_.empty() && !orders_.empty()) {
    auto& [push, order] = orders_.front();
    self_->send(uploaders_[hungry_.front()], atom::upload_v, push, std::move(order));
    hungry_.pop_front();
    orders_.pop_front();
  }
}

void node_state::on_hungry(std::uint32_t uploader) {
  hungry_.push_back(uploader);
  feed();
}

void node_state::on_checked(const std::string& push, check_result result) {
  if (auto* d = find(push)) {
    d->pending.checks.push_back(result);
    soon();
  }
}

void node_state::on_uploaded(const std::string& push, upload_result result) {
  auto* d = find(push);
  if (d == nullptr)
    return;
  if (auto body = d->bodies.find(result.blob); body != d->bodies.end()) {
    d->in_flight_bytes -= body->second.sent;
    if (body->second.sent != 0 || result.how == protocol::confirmation::uploaded) {
      d->share.blobs += 1;
      d->share.bytes += body->second.size;
    }
    d->bodies.erase(body);
  }
  std::chrono::duration<double> since = self_->clock().now() - d->began;
  d->share.seconds = since.count();
  d->pending.uploads.push_back(result);
  soon();
}

void node_state::on_moved(const std::string& push, const body_progress& progress) {
  auto* d = find(push);
  if (d == nullptr)
    return;
  d->pending.sent_bytes += progress.more;
  d->pending.resent_bytes += progress.more - progress.fresh;
  d->pending.moved |= progress.counts && progress.more > 0;
  if (auto body = d->bodies.find(progress.blob); body != d->bodies.end()) {
    d->in_flight_bytes += progress.sent - body->second.sent;
    body->second.sent = progress.sent;
  }
}

void node_state::on_setback(const std::string& push, setback_note note) {
  if (auto* d = find(push)) {
    d->pending.setbacks.push_back(std::move(note));
    soon();
  }
}

void node_state::on_failed(const std::string& push, protocol::failure why) {
  if (auto* d = find(push)) {
    d->pending.failures.push_back(std::move(why));
    soon();
  }
}

void node_state::on_spent(const std::string& push, double wire, double registry) {
  if (auto* d = find(push)) {
    d->share.wire_seconds += wire;
    d->share.registry_seconds += registry;
  }
}

/// The flush takes its place behind what is in the mailbox: under load many reports become one
/// message, and an idle node tells at once.
void node_state::soon() {
  if (!std::exchange(flush_is_due_, true))
    self_->send(self_, atom::flush_v);
}

void node_state::flush() {
  flush_is_due_ = false;
  for (auto& [push, d] : duties_)
    if (!d.pending.checks.empty() || !d.pending.uploads.empty() || !d.pending.setbacks.empty()
        || !d.pending.failures.empty())
      tell(d);
}

void node_state::tell(duty& d) {
  auto report = std::exchange(d.pending, {});
  report.share = d.share;
  report.in_flight_bytes = d.in_flight_bytes;
  for (const auto& [blob, body] : d.bodies)
    if (body.sent != 0 && body.sent != body.size) // begun, and not only its commit is awaited
      report.bodies.push_back(body);
  report.bodies_in_all = static_cast<std::uint32_t>(report.bodies.size());
  auto told = std::min(report.bodies.size(), most_bodies_told);
  std::partial_sort(report.bodies.begin(),
                    report.bodies.begin() + static_cast<std::ptrdiff_t>(told), report.bodies.end(),
                    [](const auto& a, const auto& b) { return a.size > b.size; });
  report.bodies.resize(told);
  self_->send(d.push, atom::report_v, options_.name, std::move(report));
}

void node_state::tick() {
  self_->delayed_send(self_, options_.report_every, atom::tick_v);
  if (duties_.empty())
    return;
  for (auto& [push, d] : duties_)
    tell(d);
  ask_for_disk_time();
}

void node_state::ask_for_disk_time() {
  self_->request(http_, std::chrono::seconds{10}, atom::totals_v)
    .then(
      [this](const io_totals& totals) {
        disk_seconds_ = totals.disk_seconds;
        for (auto& [push, d] : duties_)
          d.share.disk_seconds = totals.disk_seconds - d.disk_before;
      },
      [](const caf::error&) {}); // a figure for people: it may be old
}

node_state::interface::behavior_type node(node_state::pointer self, http_actor http,
                                          token_actor tokens, node_options options) {
  self->state.wire(std::move(http), std::move(tokens), std::move(options));
  auto& state = self->state;
  return {
    [&state](atom::engage, engagement& job, push_actor& push) {
      state.engage(std::move(job), std::move(push));
    },
    [&state](atom::work, const std::string& push, work_batch& batch) {
      state.work(push, std::move(batch));
    },
    [&state](atom::release, const std::string& push) { state.release(push); },
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
    [&state](atom::failed, const std::string& push, protocol::failure& why) {
      state.on_failed(push, std::move(why));
    },
    [&state](atom::hungry, std::uint32_t uploader) { state.on_hungry(uploader); },
    [&state](atom::spent, const std::string& push, double wire, double registry) {
      state.on_spent(push, wire, registry);
    },
    [&state](atom::flush) { state.flush(); },
    [&state](atom::tick) { state.tick(); },
  };
}

} // namespace flotilla::actors
