#include "actors/uploader.hpp"

#include "actors/errors.hpp"
#include "actors/overloaded.hpp"

#include <algorithm>
#include <memory>

namespace flotilla::actors {

using protocol::blob_upload;

namespace {

/// So long we wait for a registry to delete what we leave: somebody may wait for us to go.
constexpr std::chrono::seconds tidying_takes{5};

} // namespace

void uploader_state::wire(std::uint32_t number, crew_desk_actor desk, hasher_actor hasher) {
  number_ = number;
  desk_ = std::move(desk);
  hasher_ = std::move(hasher);
  ask_for_more();
}

void uploader_state::engage(engagement for_push, gateway_actor gateway) {
  auto push = for_push.push;
  contracts_.insert_or_assign(push, contract{std::move(for_push), std::move(gateway), {}, false});
}

caf::result<bool> uploader_state::release(const std::string& push) {
  auto done = self_->make_response_promise<bool>();
  const auto with = contracts_.extract(push);
  const auto last_words = give_up([&push](const job& j) { return j.push == push; });
  auto left = std::make_shared<std::size_t>(last_words.size());
  auto heard = [done, left]() mutable {
    if (--*left == 0)
      done.deliver(true);
  };
  for (const auto& request : last_words)
    self_->request(with.mapped().gateway, tidying_takes, atom::exchange_v, request)
      .then([heard](const protocol::http_outcome&) mutable { heard(); },
            [heard](const caf::error&) mutable { heard(); });
  if (last_words.empty())
    done.deliver(true);
  start_next_body();
  return done;
}

/// Another node may be going on with it by now, in the same session: its body is stopped first.
void uploader_state::drop(const std::string& push, protocol::ledger::index blob) {
  cancel(push, blob, {protocol::errc::interrupted, "another node sends it", {}});
  const auto is_meant = [&](const job& j) { return j.push == push && j.blob == blob; };
  for (auto& request : give_up(is_meant))
    delete_session(contracts_.at(push).gateway, std::move(request));
  start_next_body();
}

/// Takes them out. @returns the last words about their sessions.
template <class Predicate>
std::vector<protocol::http_request> uploader_state::give_up(Predicate is_meant) {
  std::vector<protocol::http_request> last_words;
  for (auto i = jobs_.begin(); i != jobs_.end();) {
    if (!is_meant(i->second)) {
      ++i;
      continue;
    }
    if (auto request = i->second.machine.give_up())
      last_words.push_back(std::move(*request));
    i = jobs_.erase(i);
  }
  if (jobs_.count(in_slot_) == 0)
    in_slot_ = 0;
  return last_words;
}

void uploader_state::learn(const std::string& push, const protocol::registry_profile& profile) {
  if (auto found = contracts_.find(push); found != contracts_.end())
    found->second.push.profile.merge(profile);
}

void uploader_state::cancel(const std::string& push, protocol::ledger::index blob,
                            const protocol::failure& why) {
  for (const auto& [ticket, j] : jobs_)
    if (j.push == push && j.blob == blob && j.is == stage::sending)
      self_->send(j.via, atom::cancel_v, body_watcher_actor{self_}, ticket, why);
}

void uploader_state::take(const std::string& push, protocol::blob_order what, open_upload begun) {
  hungry_ = false;
  auto found = contracts_.find(push);
  if (found == contracts_.end())
    return ask_for_more();
  auto& with = found->second;
  if (with.no_mounts.count(what.mount_from) != 0)
    what.mount_from.clear();
  auto session = begun.is_open() ? std::optional{begun.at} : std::nullopt;
  const auto ticket = next_ticket_++;
  auto& j = jobs_
              .emplace(ticket, job{push, begun.blob,
                                   blob_upload{std::move(what), with.push.at, with.speaks_ollama,
                                               with.push.profile, std::move(session)}})
              .first->second;
  j.taken_at = self_->clock().now();
  j.told = std::move(begun);
  if (j.told.is_open() || j.machine.may_leave_something())
    mark(ticket);
  else
    follow(ticket, j.machine.begin());
}

void uploader_state::follow(std::uint32_t ticket, blob_upload::step next) {
  auto& j = jobs_.at(ticket);
  tidy_up(j);
  std::visit(overloaded{
               [&](blob_upload::send& x) { send(ticket, std::move(x)); },
               [&](blob_upload::ready&) {
                 j.is = stage::ready;
                 // What is begun comes first: its session does not live for ever.
                 ready_.insert(j.begun == 0 ? ready_.end() : ready_.begin(), ticket);
                 start_next_body();
               },
               [&](blob_upload::wait& x) { wait(ticket, std::move(x)); },
               [&](blob_upload::hash_file&) { hash(ticket); },
               [&](blob_upload::sum_part& x) { sum(ticket, std::move(x.part)); },
               [&](blob_upload::confirmed& x) {
                 report(j, x.how);
                 jobs_.erase(ticket);
                 start_next_body();
               },
               [&](protocol::failure& x) {
                 self_->send(desk_, atom::failed_v, j.push, std::move(x));
                 jobs_.erase(ticket);
                 start_next_body();
               },
             },
             next);
}

void uploader_state::report(const job& j, protocol::confirmation how) {
  const std::chrono::duration<double> took = self_->clock().now() - j.taken_at;
  self_->send(desk_, atom::uploaded_v, j.push, upload_result{j.blob, how, took.count()});
}

void uploader_state::send(std::uint32_t ticket, blob_upload::send what) {
  auto& j = jobs_.at(ticket);
  const auto& gateway = contracts_.at(j.push).gateway;
  j.asked_at = self_->clock().now();
  j.opens = what.request.verb == protocol::method::post && !what.needs_slot;
  auto heard = [this, ticket](const protocol::http_outcome& outcome) { hear(ticket, outcome); };
  auto lost = [this, ticket](const caf::error& error) {
    hear(ticket, {protocol::no_response{to_failure(error), 0, false}});
  };
  if (!what.needs_slot) {
    j.begins_anew = true;
    j.is = j.is == stage::sending ? stage::committing : j.is;
    self_->request(gateway, caf::infinite, atom::exchange_v, std::move(what.request))
      .then(heard, lost);
    return;
  }
  begin_body(ticket, what);
  j.via = gateway;
  if (!what.next.path.empty())
    read(ticket, std::move(what.next));
  self_
    ->request(gateway, caf::infinite, atom::exchange_v, std::move(what.request),
              body_watcher_actor{self_}, ticket)
    .then(heard, lost);
  ask_for_more();
}

void uploader_state::hear(std::uint32_t ticket, const protocol::http_outcome& outcome) {
  auto found = jobs_.find(ticket);
  if (found == jobs_.end())
    return; // released meanwhile
  const auto* response = outcome.response();
  count_time(found->second, response != nullptr && response->status == 202);
  auto& j = found->second;
  auto next = j.machine.on_outcome(outcome);
  note_registry(j);
  if (!std::holds_alternative<protocol::failure>(next)) // after one a later push may go on
    tell_where_it_stands(j);
  free_slot(ticket);
  follow(ticket, std::move(next));
}

void uploader_state::wait(std::uint32_t ticket, blob_upload::wait why) {
  auto& j = jobs_.at(ticket);
  j.is = stage::waiting;
  j.begins_anew = true;
  roll_back(j, std::min(j.shown, why.kept));
  auto note = patience_.note(why.attempt, std::move(why.why));
  note.blob = j.machine.order().id.brief();
  self_->delayed_send(self_, note.wait, atom::again_v, ticket);
  self_->send(desk_, atom::setback_v, j.push, std::move(note));
  start_next_body();
}

void uploader_state::again(std::uint32_t ticket) {
  auto found = jobs_.find(ticket);
  if (found == jobs_.end())
    return;
  found->second.is = stage::opening;
  follow(ticket, found->second.machine.again());
}

void uploader_state::hash(std::uint32_t ticket) {
  auto& j = jobs_.at(ticket);
  j.is = stage::waiting;
  auto heard = [this, ticket](const protocol::result<protocol::digest>& of_file) {
    if (auto found = jobs_.find(ticket); found != jobs_.end())
      follow(ticket, found->second.machine.on_hash(of_file));
  };
  self_->request(hasher_, caf::infinite, atom::hash_v, j.machine.order().path)
    .then([heard](const protocol::digest& id) { heard(id); },
          [heard](const caf::error& error) { heard(to_failure(error)); });
  start_next_body();
}

void uploader_state::free_slot(std::uint32_t ticket) {
  if (in_slot_ == ticket)
    in_slot_ = 0;
}

std::size_t uploader_state::count(stage which) const {
  return static_cast<std::size_t>(std::count_if(
    jobs_.begin(), jobs_.end(), [which](const auto& j) { return j.second.is == which; }));
}

void uploader_state::start_next_body() {
  while (in_slot_ == 0 && count(stage::sending) == 0 && count(stage::committing) < most_commits
         && !ready_.empty()) {
    auto ticket = ready_.front();
    ready_.pop_front();
    if (auto found = jobs_.find(ticket); found != jobs_.end())
      follow(ticket, found->second.machine.send_body());
  }
  ask_for_more();
}

/// One blob ahead of the body slot, and none while a long body fills it.
void uploader_state::ask_for_more() {
  if (hungry_ || count(stage::waiting) >= most_waiting)
    return;
  for (const auto& [ticket, j] : jobs_) {
    auto ahead = j.is == stage::opening || j.is == stage::summing || j.is == stage::ready;
    auto left = j.machine.order().size - (j.before + j.sent);
    auto long_body
      = (j.is == stage::sending || j.is == stage::committing) && left >= open_ahead_below;
    if (ahead || long_body)
      return;
  }
  hungry_ = true;
  self_->send(desk_, atom::hungry_v, number_);
}

uploader_state::interface::behavior_type uploader(uploader_state::pointer self,
                                                  std::uint32_t number, crew_desk_actor desk,
                                                  hasher_actor hasher) {
  self->state.wire(number, std::move(desk), std::move(hasher));
  return {
    [self](atom::engage, engagement& job, gateway_actor& gateway) {
      self->state.engage(std::move(job), std::move(gateway));
    },
    [self](atom::learn, const std::string& push, const protocol::registry_profile& profile) {
      self->state.learn(push, profile);
    },
    [self](atom::upload, const std::string& push, protocol::blob_order& what, open_upload& begun) {
      self->state.take(push, std::move(what), std::move(begun));
    },
    [self](atom::drop, const std::string& push, protocol::ledger::index blob) {
      self->state.drop(push, blob);
    },
    [self](atom::cancel, const std::string& push, protocol::ledger::index blob,
           const protocol::failure& why) { self->state.cancel(push, blob, why); },
    [self](atom::release, const std::string& push) { return self->state.release(push); },
    [self](atom::sent, std::uint32_t ticket, std::uint64_t sent) {
      self->state.on_sent(ticket, sent);
    },
    [self](atom::again, std::uint32_t ticket) { self->state.again(ticket); },
  };
}

} // namespace flotilla::actors
