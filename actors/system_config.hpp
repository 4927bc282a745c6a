#pragma once

#include "actors/interfaces.hpp"
#include "actors/world.hpp"

#include <cstddef>

namespace flotilla::actors {

/// What every actor system of ours has: our messages, and a scheduler that sleeps. The stealing
/// policy polls: it burns processor time while all wait for a slow registry.
class system_config : public caf::actor_system_config {
public:
  system_config() {
    add_message_types<caf::id_block::flotilla>();
    add_message_types<caf::id_block::flotilla_handles>();
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", std::size_t{2});
  }

  world outside; ///< of all actors of the system
};

} // namespace flotilla::actors
