#pragma once

#include "actors/interfaces.hpp"
#include "actors/world.hpp"

#include <cstddef>

namespace flotilla::actors {

/// What every actor system of ours has: our messages, and a scheduler that sleeps. The stealing
/// policy polls: it burns processor time while all wait for a slow registry.
class system_config : public caf::actor_system_config {
public:
  /// @param threads for all actors that are not detached. To wake another thread costs more than
  ///        most messages; it pays where one message may take long and others must not wait.
  explicit system_config(std::size_t threads = 1) {
    add_message_types<caf::id_block::flotilla>();
    add_message_types<caf::id_block::flotilla_handles>();
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", threads);
  }

  world outside; ///< of all actors of the system
};

} // namespace flotilla::actors
