#include "actors/uploader.hpp"

#include <utility>

// What an upload leaves for others: where they could go on, and what it has learned of the
// registry.

namespace flotilla::actors {

/// A file that was changed since somebody began to send it begins anew.
void uploader_state::mark(std::uint32_t ticket) {
  auto heard = [this, ticket](sources::file_mark now) {
    auto found = jobs_.find(ticket);
    if (found == jobs_.end())
      return;
    auto& j = found->second;
    if (j.told.from.contradicts(now))
      j.machine.begin_without();
    j.told.from = std::move(now);
    follow(ticket, j.machine.begin());
  };
  self_->request(hasher_, caf::infinite, atom::mark_v, jobs_.at(ticket).machine.order().path)
    .then(heard, [heard](const caf::error&) { heard({}); });
}

void uploader_state::note_registry(const job& j) {
  auto& with = contracts_.at(j.push);
  if (j.machine.mount_refused())
    with.no_mounts.insert(j.machine.order().mount_from);
  with.speaks_ollama |= j.machine.speaks_ollama();
  auto known = with.push.profile;
  known.merge(j.machine.learned());
  if (known == with.push.profile)
    return;
  with.push.profile = known;
  self_->send(desk_, atom::learned_v, j.push, known);
}

void uploader_state::tell_where_it_stands(job& j) {
  auto now = j.machine.resumable().value_or(protocol::upload_session{});
  if (now == j.told.at)
    return;
  j.told.at = std::move(now);
  self_->send(desk_, atom::record_v, j.push, j.told);
}

void uploader_state::tidy_up(job& j) {
  if (auto request = j.machine.take_abandoned())
    delete_session(contracts_.at(j.push).gateway, std::move(*request));
}

/// Best effort: many registries allow it to nobody, and all forget such a session in time.
void uploader_state::delete_session(const gateway_actor& by, protocol::http_request request) {
  self_->request(by, caf::infinite, atom::exchange_v, std::move(request))
    .then([](const protocol::http_outcome&) {}, [](const caf::error&) {});
}

} // namespace flotilla::actors
