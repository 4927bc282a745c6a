#include "actors/coordinator.hpp"

#include "actors/errors.hpp"
#include "actors/governor.hpp"
#include "actors/journal.hpp"
#include "actors/log.hpp"
#include "actors/order_json.hpp"
#include "actors/teller.hpp"
#include "actors/world.hpp"
#include "protocol/text.hpp"

#include <algorithm>
#include <utility>

namespace flotilla::actors {

using protocol::errc;

namespace {

constexpr std::chrono::seconds push_patience{5}; ///< for the answer of a push that is alive

caf::error unknown_push(const std::string& id) {
  return to_error({errc::usage, "there is no push `" + protocol::printable(id, 60) + "` here",
                   "`flotilla status` lists them"});
}

std::string what_makes_it_the_same(const push_order& order) {
  auto same = std::to_string(static_cast<int>(order.options.to)) + '\n' + order.source.text + '\n'
              + order.source.manifest_file + '\n' + order.mount_from + '\n'
              + order.target.to_string() + '\n' + order.at.registry().origin();
  for (const auto& tag : order.tags)
    same += '\n' + tag;
  return same;
}

} // namespace

void coordinator_state::wire(coordinator_setting setting, std::vector<kept_push> kept) {
  is_ = std::move(setting);
  first_lease_ends_
    = self_->clock().now() + (is_.rules.alone ? std::chrono::milliseconds{0} : is_.rules.lease);
  self_->set_down_handler([this](const caf::down_msg& down) { on_down(down); });
  self_->set_exit_handler([this](const caf::exit_msg& exit) {
    for (const auto& [id, j] : jobs_)
      if (j.handle)
        self_->send_exit(j.handle, exit.reason);
    self_->quit(exit.reason);
  });
  for (auto& each : kept)
    if (each.report)
      recall(std::move(each));
    else
      start(each.id, std::move(each.order), std::move(each.memory));
  if (!is_.rules.alone)
    self_->delayed_send(self_, is_.rules.lease / 8, atom::tick_v);
}

/// Short, for people type it: `p-7f3a9c`.
std::string coordinator_state::unused_id() {
  constexpr const char* digits = "0123456789abcdef";
  const auto& random = world_of(self_->system()).dice;
  for (;;) {
    std::string id = "p-";
    for (int i = 0; i < 6; ++i)
      id += digits[random() % 16];
    if (jobs_.count(id) == 0)
      return id;
  }
}

caf::result<std::string> coordinator_state::submit(push_order order) {
  if (!is_.rules.alone) // an order from outside, which the journal must be able to give back
    if (auto sound = parse_push_order(to_json(order)); !sound)
      return to_error({errc::usage, "no order that can be kept: " + sound.error().message, {}});
  auto same = what_makes_it_the_same(order);
  auto running = std::find_if(jobs_.begin(), jobs_.end(), [&](const auto& each) {
    return each.second.handle && each.second.same == same;
  });
  if (running != jobs_.end())
    return tell_when_kept(running->first);
  auto id = unused_id();
  if (is_.journal)
    keep(id, order); // first: what the push writes there goes by its id
  start(id, std::move(order), {});
  return tell_when_kept(id);
}

void coordinator_state::keep(const std::string& id, const push_order& order) {
  jobs_[id].kept = false;
  auto done = [this, id] {
    auto found = jobs_.find(id);
    if (found == jobs_.end())
      return;
    found->second.kept = true;
    for (auto& promise : std::exchange(found->second.handed_in, {}))
      promise.deliver(id);
  };
  self_->request(is_.journal, caf::infinite, atom::submit_v, id, order)
    .then([done](bool) { done(); }, [done](const caf::error&) { done(); });
}

/// Who has the id may count on it: a coordinator that dies then finds the push again.
caf::result<std::string> coordinator_state::tell_when_kept(const std::string& id) {
  auto& j = jobs_.at(id);
  if (j.kept)
    return id;
  auto promise = self_->make_response_promise<std::string>();
  j.handed_in.push_back(promise);
  return promise;
}

/// One that ended under an earlier coordinator, for whoever asks how.
void coordinator_state::recall(kept_push ended) {
  auto& j = jobs_[ended.id];
  j.same = what_makes_it_the_same(ended.order);
  j.overview
    = {ended.id, ended.order.source.text, ended.order.target.to_string(), ended.report->last,
       true,     ended.report->why};
  j.report = std::move(*ended.report);
  ended_.push_back(ended.id);
  forget_the_oldest();
}

void coordinator_state::start(const std::string& id, push_order order, push_memory memory) {
  auto& j = jobs_[id];
  j.same = what_makes_it_the_same(order);
  j.overview = {id, order.source.text, order.target.to_string(), {}, false, {}};
  log(spdlog::level::info, {id}, "the push {}: {} -> {}", memory.restored ? "goes on" : "begins",
      j.overview.source, j.overview.reference);
  j.governor = governor_of(order.at);
  push_setting setting;
  setting.id = id;
  setting.governor = j.governor;
  setting.order = std::move(order);
  setting.rules = is_.rules;
  setting.memory = std::move(memory);
  setting.nodes_return_until = first_lease_ends_;
  if (is_.journal)
    setting.journal = writes_to(is_.journal, id);
  setting.keeper = is_.keeper;
  setting.http = is_.http;
  setting.tokens = is_.tokens;
  setting.node_tokens = is_.node_tokens;
  setting.ended = [tell = teller(self_), id](push_report report) {
    tell(atom::ended_v, id, std::move(report));
  };
  auto fresh = self_->spawn(push, std::move(setting));
  self_->monitor(fresh);
  j.handle = fresh;
  for (const auto& [node, each] : members_)
    if (!each.leaving)
      caf::anon_send(caf::actor_cast<caf::actor>(fresh), atom::join_v, each.info, each.node,
                     each.surveyor);
}

void coordinator_state::on_ended(const std::string& id, push_report report) {
  auto found = jobs_.find(id);
  if (found == jobs_.end() || !found->second.handle)
    return;
  auto& j = found->second;
  j.handle = push_actor{};
  j.overview.status = report.last;
  j.overview.ended = true;
  j.overview.why = report.why;
  if (is_.journal)
    caf::anon_send(is_.journal, atom::ended_v, id, report);
  if (is_.keeper)
    caf::anon_send(is_.keeper, atom::ended_v, id);
  caf::anon_send(std::exchange(j.governor, {}), atom::ended_v, id);
  for (auto& promise : std::exchange(j.waiting, {}))
    promise.deliver(report);
  j.report = std::move(report);
  ended_.push_back(id);
  forget_the_oldest();
}

governor_actor coordinator_state::governor_of(const protocol::endpoint& at) {
  auto& found = governors_[at.registry().origin()];
  if (!found)
    found = self_->spawn<caf::linked>(governor);
  return found;
}

void coordinator_state::forget_the_oldest() {
  while (ended_.size() > most_ended) {
    jobs_.erase(ended_.front());
    ended_.pop_front();
  }
}

caf::result<push_report> coordinator_state::await(const std::string& id) {
  auto found = jobs_.find(id);
  if (found == jobs_.end())
    return unknown_push(id);
  auto& j = found->second;
  if (!j.handle)
    return j.report;
  auto promise = self_->make_response_promise<push_report>();
  j.waiting.push_back(promise);
  return promise;
}

caf::result<push_overview> coordinator_state::status(const std::string& id) {
  auto found = jobs_.find(id);
  if (found == jobs_.end())
    return unknown_push(id);
  if (!found->second.handle)
    return found->second.overview;
  auto promise = self_->make_response_promise<push_overview>();
  self_->request(found->second.handle, push_patience, atom::status_v)
    .then(
      [this, id, promise](push_status& now) mutable {
        auto& overview = jobs_.at(id).overview;
        if (!overview.ended)
          overview.status = std::move(now);
        promise.deliver(overview);
      },
      // It has just ended: its report is on the way.
      [this, id, promise](const caf::error&) mutable { promise.deliver(jobs_.at(id).overview); });
  return promise;
}

caf::result<protocol::blob_map> coordinator_state::map(const std::string& id) {
  auto found = jobs_.find(id);
  if (found == jobs_.end())
    return unknown_push(id);
  if (found->second.handle)
    return self_->delegate(found->second.handle, atom::map_v);
  return found->second.report.map;
}

caf::result<std::vector<push_overview>> coordinator_state::list() {
  struct gathering {
    caf::typed_response_promise<std::vector<push_overview>> promise;
    std::size_t missing = 0;
  };
  auto all = std::make_shared<gathering>();
  all->promise = self_->make_response_promise<std::vector<push_overview>>();
  auto done = [this, all] {
    if (all->missing-- > 1)
      return;
    std::vector<push_overview> overviews;
    for (const auto& [id, j] : jobs_)
      overviews.push_back(j.overview);
    all->promise.deliver(std::move(overviews));
  };
  all->missing = 1;
  for (const auto& [id, j] : jobs_) {
    if (!j.handle)
      continue;
    ++all->missing;
    self_->request(j.handle, push_patience, atom::status_v)
      .then(
        [this, id = id, done](push_status& now) {
          if (auto found = jobs_.find(id); found != jobs_.end() && !found->second.overview.ended)
            found->second.overview.status = std::move(now);
          done();
        },
        [done](const caf::error&) { done(); });
  }
  auto answer = all->promise;
  done();
  return answer;
}

template <class... Words>
caf::result<bool> coordinator_state::command(const std::string& id, const char* what,
                                             Words... words) {
  auto found = jobs_.find(id);
  if (found == jobs_.end())
    return unknown_push(id);
  if (!found->second.handle)
    return false;
  log(spdlog::level::info, {id}, "the push is told to {}", what);
  self_->send(found->second.handle, std::move(words)...);
  return true;
}

void coordinator_state::on_down(const caf::down_msg& down) {
  for (auto& [id, j] : jobs_)
    if (j.handle && j.handle.address() == down.source) {
      if (!down.reason) // it quit by itself: its report is on the way
        return;
      push_report report;
      report.why = {errc::internal, "the push broke off: " + caf::to_string(down.reason),
                    "this is a mistake of Flotilla's; please report it"};
      return on_ended(id, std::move(report));
    }
  for (const auto& [id, each] : members_)
    if (each.node.address() == down.source)
      return lose(id, "its connection broke",
                  down.reason == caf::exit_reason::remote_link_unreachable);
}

coordinator_state::interface::behavior_type coordinator(coordinator_state::pointer self,
                                                        coordinator_setting setting,
                                                        std::vector<kept_push> kept) {
  self->state.wire(std::move(setting), std::move(kept));
  auto& state = self->state;
  return {
    [&state](atom::hello, const std::string& version, const std::string& caller) {
      return state.greet(version, caller);
    },
    [&state](atom::join, const node_info& info, node_actor& node, surveyor_actor& surveyor) {
      return state.join(info, std::move(node), std::move(surveyor));
    },
    [&state](atom::beat, const std::string& node) { return state.beat(node); },
    [&state](atom::leave, const std::string& node) { state.leave(node); },
    [&state](atom::submit, push_order& order) { return state.submit(std::move(order)); },
    [&state](atom::await, const std::string& id) { return state.await(id); },
    [&state](atom::status, const std::string& id) { return state.status(id); },
    [&state](atom::map, const std::string& id) { return state.map(id); },
    [&state](atom::list) { return state.list(); },
    [&state](atom::nodes) { return state.nodes(); },
    [&state](atom::totals) { return state.totals(); },
    [&state](atom::cancel, const std::string& id) {
      return state.command(id, "end", atom::stop_v);
    },
    [&state](atom::pause, const std::string& id) {
      return state.command(id, "pause", atom::pause_v);
    },
    [&state](atom::resume, const std::string& id) {
      return state.command(id, "go on", atom::resume_v);
    },
    [&state](atom::limit, const std::string& id, const limit_change& change) {
      return state.command(id, "keep to other limits", atom::limit_v, change);
    },
    [&state](atom::tick) { state.tick(); },
    [&state](atom::ended, const std::string& id, push_report& report) {
      state.on_ended(id, std::move(report));
    },
  };
}

} // namespace flotilla::actors
