#include "tests/simulation/http_line.hpp"

#include "tests/simulation/answer_later.hpp"

#include <algorithm>

namespace flotilla::simulation {

using protocol::errc;
using protocol::http_outcome;
using protocol::http_request;
using protocol::http_response;
using protocol::no_response;

namespace {

std::string place_of(const http_request& request) {
  return request.file.path + '+' + std::to_string(request.file.offset);
}

} // namespace

span http_line::latency() {
  const auto most = static_cast<std::uint64_t>(pace_.latency.count());
  return span{static_cast<span::rep>(on_.dice().between(most / 4, most))};
}

void http_line::submit(http_request request, actors::body_watcher_actor watcher,
                       std::uint32_t ticket, answer_to then) {
  if (dead_)
    return;
  const auto id = ++last_;
  auto& f = flows_[id];
  f.began = on_.now();
  f.what = deed_of(request);
  f.request = std::move(request);
  f.watcher = std::move(watcher);
  f.ticket = ticket;
  f.then = std::move(then);
  on_.note(static_cast<std::uint64_t>(f.what));
  on_.note(f.request.url);
  if (on_.is_loud())
    on_.say(who_.name + ": " + to_string(f.request.verb) + ' ' + f.request.url);
  if (f.what == deed::body) {
    watch_slots(f);
    f.on_wire = true;
    to_.body_begins(digest_of(f.request.file), who_, true);
  }
  on_.later(latency(), [this, id] { arrive(id); });
}

/// A body that leaves once more, with a new token or to another place, does so without a slot.
bool http_line::was_sent_before(const http_request& request) const {
  return whole_.count(place_of(request)) != 0;
}

void http_line::watch_slots(const flow& fresh) {
  if (was_sent_before(fresh.request))
    return;
  // One that was dropped because another node sends it, too, leaves as it pleases.
  const auto on_wire = std::count_if(flows_.begin(), flows_.end(), [this](const auto& each) {
    const auto& f = each.second;
    return f.on_wire && !was_sent_before(f.request) && !to_.was_apart(who_.name, f.began);
  });
  if (on_wire + 1 > static_cast<std::ptrdiff_t>(who_.slots))
    on_.violated("slots", who_.name + " has " + std::to_string(on_wire + 1)
                            + " bodies on the wire and " + std::to_string(who_.slots) + " slots");
}

void http_line::arrive(std::uint64_t id) {
  auto found = flows_.find(id);
  if (found == flows_.end())
    return;
  auto& f = found->second;
  if (to_.sky().is_unreachable())
    return lose(id, errc::unavailable, "connection refused", false);
  if (f.what == deed::body)
    return begin_body(id);
  auto answered = to_.serve(f.request, who_);
  if (to_.sky().loses_answer(f.what))
    return lose(id, errc::unavailable, "connection reset", true);
  respond(id, std::move(answered));
}

void http_line::begin_body(std::uint64_t id) {
  auto& f = flows_.at(id);
  auto refused = to_.admit(f.request, who_);
  if (refused && to_.holder().ways().refuses_early)
    return respond(id, std::move(*refused));
  f.arrives = !refused.has_value();
  f.refused = std::move(refused);
  f.right = !to_.sky().mangles();
  f.breaks_at = to_.sky().on_body(f.request.file.length);
  const auto length = f.request.file.length;
  auto rate = pace_.bytes_per_second;
  if (auto bound = limits_.find(f.request.lane); bound != limits_.end() && bound->second != 0)
    rate = std::min(rate, bound->second);
  const auto seconds
    = static_cast<double>(length) / static_cast<double>(rate) * (0.5 + on_.dice().fraction());
  // Its progress is told every second at least, as the engine tells of every read.
  const auto parts
    = length == 0 ? 1 : on_.dice().between(1, 3) + static_cast<std::uint64_t>(seconds);
  f.part = length / parts + (length % parts == 0 ? 0 : 1);
  f.part_time = span{static_cast<span::rep>(seconds * 1e9 / static_cast<double>(parts))};
  go_on(id);
}

void http_line::go_on(std::uint64_t id) {
  on_.later(flows_.at(id).part_time, [this, id] { move(id); });
}

void http_line::move(std::uint64_t id) {
  auto found = flows_.find(id);
  if (found == flows_.end())
    return;
  auto& f = found->second;
  const auto length = f.request.file.length;
  const auto goal = std::min(length, f.sent + f.part);
  const auto end = f.breaks_at ? std::min(goal, std::max(*f.breaks_at, f.sent)) : goal;
  const bool breaks = to_.sky().is_unreachable() || (f.breaks_at && *f.breaks_at <= goal);
  // What breaks off has left, and only a part of that has come.
  const auto comes = breaks && !f.breaks_at ? on_.dice().between(0, end - f.sent) : end - f.sent;
  if (f.arrives)
    to_.holder().take(f.request, f.sent, comes, f.right);
  body_bytes_ += end - f.sent;
  f.sent = end;
  if (f.watcher)
    caf::anon_send(f.watcher, atom::sent_v, f.ticket, f.sent);
  if (breaks)
    return break_off(id, "connection reset");
  if (f.sent < length)
    return go_on(id);
  leave_wire(f);
  const auto most = static_cast<std::uint64_t>(pace_.commit.count());
  on_.later(span{static_cast<span::rep>(on_.dice().between(0, most))},
            [this, id] { close_body(id); });
}

void http_line::leave_wire(flow& f) {
  if (f.arrives)
    to_.holder().stops(f.request, who_.name);
  if (!std::exchange(f.on_wire, false))
    return;
  to_.body_ends(digest_of(f.request.file), who_);
  if (f.sent == f.request.file.length)
    ++whole_[place_of(f.request)];
}

void http_line::close_body(std::uint64_t id) {
  auto found = flows_.find(id);
  if (found == flows_.end())
    return;
  auto& f = found->second;
  if (f.refused)
    return respond(id, std::move(*f.refused));
  auto answered = to_.holder().end(f.request);
  if (to_.sky().loses_answer(f.what))
    return lose(id, errc::unavailable, "connection reset", true);
  respond(id, std::move(answered));
}

void http_line::break_off(std::uint64_t id, const char* why) {
  auto& f = flows_.at(id);
  if (f.arrives)
    to_.holder().broke_off(f.request);
  lose(id, errc::unavailable, why, f.sent == f.request.file.length);
}

void http_line::respond(std::uint64_t id, http_response response) {
  on_.note(static_cast<std::uint64_t>(response.status));
  if (on_.is_loud())
    on_.say(who_.name + ": " + std::to_string(response.status) + " to "
            + flows_.at(id).request.url);
  leave_wire(flows_.at(id));
  on_.later(latency(), [this, id, response = std::move(response)]() mutable {
    finish(id, {std::move(response)});
  });
}

void http_line::lose(std::uint64_t id, errc code, const char* why, bool complete) {
  auto& f = flows_.at(id);
  leave_wire(f);
  if (on_.is_loud())
    on_.say(who_.name + ": " + why + " for " + f.request.url);
  no_response none{{code, why, {}}, f.sent, complete, {}, {}};
  on_.later(latency(),
            [this, id, none = std::move(none)]() mutable { finish(id, {std::move(none)}); });
}

void http_line::finish(std::uint64_t id, http_outcome outcome) {
  auto found = flows_.find(id);
  if (found == flows_.end())
    return;
  auto then = std::move(found->second.then);
  flows_.erase(found);
  then(std::move(outcome));
}

void http_line::cancel(std::uint32_t lane) {
  cancel_if([lane](const http_request& of) { return of.lane == lane; },
            {errc::interrupted, "cancelled", {}});
}

void http_line::cancel(std::uint32_t lane, std::uint32_t tag, const protocol::failure& why) {
  cancel_if([&](const http_request& of) { return of.lane == lane && of.tag == tag; }, why);
}

void http_line::cancel_if(const std::function<bool(const http_request&)>& is_meant,
                          const protocol::failure& why) {
  std::vector<std::uint64_t> ours;
  for (const auto& [id, f] : flows_)
    if (is_meant(f.request))
      ours.push_back(id);
  for (auto id : ours) {
    auto& f = flows_.at(id);
    if (f.on_wire && f.arrives)
      to_.holder().broke_off(f.request);
    leave_wire(f);
    finish(id, {no_response{why, f.sent, false, {}, {}}});
  }
}

void http_line::die() {
  dead_ = true;
  for (auto& [id, f] : flows_) {
    if (f.on_wire && f.arrives)
      to_.holder().broke_off(f.request);
    leave_wire(f);
  }
  flows_.clear();
}

actors::http_actor::behavior_type paper_http(actors::http_actor::pointer self, http_line* line) {
  auto answer = [self] {
    return [tell = answer_later(self)](http_outcome outcome) {
      tell(caf::make_message(std::move(outcome)));
    };
  };
  return {
    [line, answer](atom::exchange, http_request& request) -> caf::result<http_outcome> {
      line->submit(std::move(request), {}, 0, answer());
      return caf::delegated<http_outcome>{};
    },
    [line, answer](atom::exchange, http_request& request, const actors::body_watcher_actor& watcher,
                   std::uint32_t ticket) -> caf::result<http_outcome> {
      line->submit(std::move(request), watcher, ticket, answer());
      return caf::delegated<http_outcome>{};
    },
    [line](atom::limit, std::uint32_t lane, std::uint64_t rate) { line->limit(lane, rate); },
    [line](atom::cancel, std::uint32_t lane) { line->cancel(lane); },
    [line](atom::cancel, std::uint32_t lane, std::uint32_t tag, const protocol::failure& why) {
      line->cancel(lane, tag, why);
    },
    [line](atom::totals) {
      return actors::io_totals{line->body_bytes(), 0, 0};
    },
  };
}

} // namespace flotilla::simulation
