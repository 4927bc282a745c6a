#include "actors/log.hpp"
#include "actors/node.hpp"

#include <algorithm>

// What a node hears from its crew, and how it tells its pushes.

namespace flotilla::actors {

namespace {

constexpr std::size_t most_bodies_told = 8;

bool has_news(const node_report& pending) {
  return !pending.checks.empty() || !pending.uploads.empty() || !pending.returned.empty()
         || pending.throttled || !pending.claimed.empty() || !pending.begun.empty()
         || !pending.learned.empty() || !pending.setbacks.empty() || !pending.failures.empty();
}

/// The largest of those that are on the wire: begun, and not only awaiting their commit.
template <class Bodies>
void write_bodies(const Bodies& all, node_report& to) {
  for (const auto& [blob, body] : all)
    if (body.sent != 0 && body.sent != body.size)
      to.bodies.push_back(body);
  to.bodies_in_all = static_cast<std::uint32_t>(to.bodies.size());
  auto told = std::min(to.bodies.size(), most_bodies_told);
  std::partial_sort(to.bodies.begin(), to.bodies.begin() + static_cast<std::ptrdiff_t>(told),
                    to.bodies.end(), [](const auto& a, const auto& b) { return a.size > b.size; });
  to.bodies.resize(told);
}

} // namespace

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
  d->shared.erase(result.blob);
  d->on_wire.erase(result.blob);
  d->watch.end(result.blob, self_->clock().now());
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
    watch(*d, progress);
  }
}

/// Bodies go by their blob: a node sends each in one stream.
void node_state::watch(duty& d, const body_progress& progress) {
  const auto now = self_->clock().now();
  const auto end = progress.before + progress.length;
  if (progress.length == 0 || progress.sent < progress.before || progress.sent >= end) {
    if (d.on_wire.erase(progress.blob) != 0)
      d.watch.end(progress.blob, now);
    return;
  }
  auto [known, is_new] = d.on_wire.try_emplace(progress.blob, progress.before);
  if (is_new || std::exchange(known->second, progress.before) != progress.before) {
    const auto& body = d.bodies.at(progress.blob);
    d.watch.begin(progress.blob, {body.id.to_string(), progress.length, body.size - end}, now);
  }
  d.watch.sent(progress.blob, progress.sent - progress.before, now);
}

void node_state::give_up_laggards(const std::string& push, duty& d) {
  const auto now = self_->clock().now();
  if (d.limits.bandwidth != 0)
    d.watch.held_back(now);
  for (auto blob : d.watch.judge(now)) {
    d.on_wire.erase(static_cast<index>(blob));
    const protocol::failure why{protocol::errc::unavailable,
                                "its body went so much slower than all others that to send it "
                                "over another connection takes less time",
                                {}};
    for (const auto& each : uploaders_)
      self_->send(each, atom::cancel_v, push, static_cast<index>(blob), why);
  }
}

void node_state::on_setback(const std::string& push, setback_note note) {
  if (auto* d = find(push)) {
    log_setback(push, options_.name, note);
    d->pending.setbacks.push_back(std::move(note));
    soon();
  }
}

void node_state::on_throttled(const std::string& push, caf::timespan pause) {
  if (auto* d = find(push)) {
    using std::chrono::milliseconds;
    d->pending.throttled = true;
    d->pending.pause = std::max(d->pending.pause, std::chrono::duration_cast<milliseconds>(pause));
    soon();
  }
}

void node_state::on_begun(const std::string& push, open_upload upload) {
  auto* d = find(push);
  if (d != nullptr && d->bodies.count(upload.blob) != 0) { // else it was dropped meanwhile
    if (upload.is_open())
      d->shared.insert(upload.blob);
    else
      d->shared.erase(upload.blob);
    d->pending.begun.push_back(std::move(upload));
    soon();
  }
}

void node_state::on_learned(const std::string& push, const protocol::registry_profile& profile) {
  if (auto* d = find(push)) {
    if (d->pending.learned.empty())
      d->pending.learned.push_back(profile);
    else
      d->pending.learned.front().merge(profile);
    soon();
  }
}

void node_state::on_failed(const std::string& push, protocol::failure why) {
  if (auto* d = find(push)) {
    d->pending.failures.push_back(std::move(why));
    d->failed = true;
    soon();
  }
}

void node_state::on_spent(const std::string& push, const time_spent& spent) {
  if (auto* d = find(push)) {
    d->share.wire_seconds += spent.wire;
    d->share.registry_seconds += spent.registry;
    d->pending.openings.add(spent.openings);
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
    if (d.answer_due || has_news(d.pending))
      tell(d);
  leave_if_drained();
}

void node_state::tell(duty& d) {
  auto report = std::exchange(d.pending, {});
  d.answer_due = false;
  report.waiting = static_cast<std::uint32_t>(d.queue.size());
  report.share = d.share;
  report.in_flight_bytes = d.in_flight_bytes;
  write_bodies(d.bodies, report);
  self_->send(d.push, atom::report_v, options_.id, std::move(report));
}

void node_state::tick() {
  self_->delayed_send(self_, options_.report_every, atom::tick_v);
  if (duties_.empty())
    return;
  for (auto& [push, d] : duties_) {
    give_up_laggards(push, d);
    tell(d);
  }
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

} // namespace flotilla::actors
