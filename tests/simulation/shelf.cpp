#include "tests/simulation/shelf.hpp"

namespace flotilla::simulation {

using actors::open_upload;
using actors::recollection;
using actors::shared_plan;

namespace {

recollection recall(shelf& of, const std::string& push, const shared_plan& plan) {
  recollection all;
  all.profile = of.profile;
  const auto& blobs = plan.value->blobs;
  for (std::size_t i = 0; i < blobs.size(); ++i) {
    auto found = of.notes.find(blobs[i].id.to_string());
    if (found == of.notes.end() || !found->second.taken_by.empty())
      continue;
    found->second.taken_by = push;
    all.uploads.push_back(found->second.upload);
    all.uploads.back().blob = static_cast<protocol::ledger::index>(i);
  }
  return all;
}

void record(shelf& of, const std::string& push, const std::string& digest,
            const open_upload& upload) {
  auto found = of.notes.find(digest);
  if (found != of.notes.end() && found->second.taken_by != push)
    return;
  if (upload.is_open())
    of.notes[digest] = {upload, push};
  else if (found != of.notes.end())
    of.notes.erase(found);
}

} // namespace

actors::keeper_actor::behavior_type
paper_keeper(actors::keeper_actor::stateful_pointer<paper_keeper_state> self, shelf* of) {
  auto& plans = self->state.plans;
  return {
    [of, &plans](atom::recall, const std::string& push, const protocol::endpoint&,
                 const shared_plan& plan) {
      plans[push] = plan;
      return recall(*of, push, plan);
    },
    [of, &plans](atom::record, const std::string& push, const open_upload& upload) {
      if (auto plan = plans.find(push); plan != plans.end())
        record(*of, push, plan->second.value->blobs.at(upload.blob).id.to_string(), upload);
    },
    [of](atom::learn, const std::string&, const protocol::registry_profile& profile) {
      of->profile.merge(profile);
    },
    [of, &plans](atom::ended, const std::string& push) {
      plans.erase(push);
      for (auto& [digest, each] : of->notes)
        if (each.taken_by == push)
          each.taken_by.clear();
    },
  };
}

} // namespace flotilla::simulation
