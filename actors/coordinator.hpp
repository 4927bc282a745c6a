#pragma once

#include "actors/interfaces.hpp"

#include <map>
#include <string>
#include <unordered_map>

namespace flotilla::actors {

/// What the COORDINATOR knows between two messages.
class coordinator_state {
public:
  using pointer = coordinator_actor::stateful_pointer<coordinator_state>;
  static inline const char* name = "coordinator";

  explicit coordinator_state(pointer self) : self_(self) {
  }

  void wire(http_actor http, token_actor tokens);
  push_actor submit(push_order order, caf::actor follower);
  void join(const std::string& node_name, const node_actor& node);

private:
  struct running_push {
    caf::actor handle;
    caf::actor follower;
  };

  void on_down(const caf::down_msg& down);

  pointer self_;
  http_actor http_;
  token_actor tokens_;
  std::map<std::string, node_actor> nodes_; ///< by name
  std::unordered_map<caf::actor_addr, running_push> pushes_;
  unsigned next_id_ = 1;
};

/// Starts pushes and brings nodes to them. A push that dies without a word is told to its follower
/// as errc::internal: nobody waits for ever.
coordinator_actor::behavior_type coordinator(coordinator_state::pointer self, http_actor http,
                                             token_actor tokens);

} // namespace flotilla::actors
