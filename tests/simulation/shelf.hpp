#pragma once

#include "actors/interfaces.hpp"

#include <map>
#include <string>

namespace flotilla::simulation {

/// What a state directory has of earlier pushes: where uploads can be continued, and what was
/// learned of the registry. It outlives processes.
struct shelf {
  struct note {
    actors::open_upload upload;
    std::string taken_by; ///< a push; empty: nobody
  };
  std::map<std::string, note> notes; ///< by the blob's digest
  protocol::registry_profile profile;

  /// Nobody that had taken one lives any more.
  void give_back_all() {
    for (auto& [digest, each] : notes)
      each.taken_by.clear();
  }
};

/// What a paper keeper knows between two messages.
struct paper_keeper_state {
  std::map<std::string, actors::shared_plan> plans; ///< by push
};

/// The KEEPER actor of one process. @param of outlives it
actors::keeper_actor::behavior_type
paper_keeper(actors::keeper_actor::stateful_pointer<paper_keeper_state> self, shelf* of);

} // namespace flotilla::simulation
