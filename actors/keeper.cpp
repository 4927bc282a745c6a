#include "actors/keeper.hpp"

#include "actors/log.hpp"

#include "actors/open_upload_json.hpp"
#include "actors/world.hpp"

#include <iterator>
#include <unordered_set>

namespace flotilla::actors {

namespace {

/// `ghcr.io/org/model` below the directory for uploads; with its port where it has another than
/// https has. Repositories are checked before they come here: none has a component of dots alone.
std::string directory_of(const std::string& state, const protocol::endpoint& at) {
  auto origin = at.registry().origin();
  origin.erase(0, origin.find("://") + 3);
  return state + "/uploads/" + (at.registry().secure ? "" : "http:") + origin + '/'
         + at.repository();
}

} // namespace

void keeper_state::wire(std::string dir) {
  dir_ = std::move(dir);
  if (!dir_.empty())
    attempt("kept", [&] { profiles_ = std::make_unique<store::registry_profiles>(dir_); });
}

template <class Work>
void keeper_state::attempt(const char* what, Work work) {
  try {
    work();
  } catch (const store::database_error& error) {
    if (!std::exchange(in_trouble_, true))
      spdlog::error("how far uploads are cannot be {}: {}; pushes go on, and one that is cut sends "
                    "the blobs again that were under way",
                    what, error.what());
  }
}

/// Seconds since the epoch.
std::int64_t keeper_state::now() const {
  const auto since = world_of(self_->system()).wall_clock().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(since).count();
}

keeper_state::place_notes keeper_state::notes_of(const protocol::endpoint& at) {
  const auto dir = directory_of(dir_, at);
  auto& known = places_[dir];
  auto notes = known.lock();
  if (!notes) {
    notes = std::make_shared<store::upload_notes>(dir);
    known = notes;
  }
  return notes;
}

recollection keeper_state::recall(const std::string& push, const protocol::endpoint& at,
                                  shared_plan plan) {
  recollection all;
  all.profile = protocol::built_in_profile(at.registry());
  if (dir_.empty())
    return all;
  auto& of = clients_[push] = client{std::move(plan), notes_of(at), at.registry().origin(), {}};
  recall_profile(of, all.profile);
  recall_uploads(push, of, all);
  return all;
}

void keeper_state::recall_profile(const client& of, protocol::registry_profile& to) {
  if (!profiles_)
    return;
  attempt("read", [&] {
    const auto age = std::chrono::seconds{longest_profile}.count();
    const auto text = profiles_->upload_habits(of.registry, now() - age);
    if (text.empty())
      return;
    if (auto seen = parse_registry_profile(text))
      to.merge(*seen);
    else
      spdlog::warn("what was learned of {} cannot be read: {}", of.registry, seen.error().message);
  });
}

/// The directory holds few; a plan may have a million blobs.
void keeper_state::recall_uploads(const std::string& push, client& of, recollection& to) {
  auto names = of.notes->names(longest_upload);
  if (names.empty())
    return;
  const std::unordered_set<std::string> wanted{std::make_move_iterator(names.begin()),
                                               std::make_move_iterator(names.end())};
  const auto& blobs = of.plan.value->blobs;
  for (std::size_t i = 0; i < blobs.size(); ++i) {
    auto note = blobs[i].id.to_string();
    if (wanted.count(note) == 0 || of.notes->has(note))
      continue;
    attempt("read", [&] {
      const auto text = of.notes->take(note);
      if (!text)
        return log(spdlog::level::info, {push, {}, blobs[i].id.brief()},
                   "another process is sending this blob");
      of.taken.insert(note);
      auto upload = parse_open_upload(*text);
      if (!upload)
        return;
      upload->blob = static_cast<protocol::ledger::index>(i);
      to.uploads.push_back(std::move(*upload));
    });
  }
}

void keeper_state::record(const std::string& push, const open_upload& upload) {
  const auto found = clients_.find(push);
  if (found == clients_.end() || upload.blob >= found->second.plan.value->blobs.size())
    return;
  auto& of = found->second;
  auto note = of.plan.value->blobs[upload.blob].id.to_string();
  const auto ours = of.taken.count(note) != 0;
  attempt("written down", [&] {
    if (!upload.is_open()) {
      if (ours)
        of.notes->remove(note);
      of.taken.erase(note);
      return;
    }
    // Where another push sends the same blob, its note stands: ours would end it.
    if (!ours && (of.notes->has(note) || !of.notes->take(note)))
      return;
    of.taken.insert(note);
    of.notes->write(note, to_json(upload));
    if (std::exchange(in_trouble_, false))
      spdlog::warn("how far uploads are is written down again");
  });
}

void keeper_state::learn(const std::string& push, const protocol::registry_profile& profile) {
  const auto found = clients_.find(push);
  if (found == clients_.end() || !profiles_)
    return;
  attempt("written down", [&] {
    profiles_->remember_upload_habits(found->second.registry, to_json(profile), now());
  });
}

void keeper_state::end(const std::string& push) {
  const auto found = clients_.find(push);
  if (found == clients_.end())
    return;
  for (const auto& note : found->second.taken)
    found->second.notes->give_back(note);
  clients_.erase(found);
}

keeper_actor::behavior_type keeper(keeper_state::pointer self, std::string dir) {
  self->state.wire(std::move(dir));
  auto& state = self->state;
  return {
    [&state](atom::recall, const std::string& push, const protocol::endpoint& at,
             shared_plan& plan) { return state.recall(push, at, std::move(plan)); },
    [&state](atom::record, const std::string& push, const open_upload& upload) {
      state.record(push, upload);
    },
    [&state](atom::learn, const std::string& push, const protocol::registry_profile& profile) {
      state.learn(push, profile);
    },
    [&state](atom::ended, const std::string& push) { state.end(push); },
  };
}

} // namespace flotilla::actors
