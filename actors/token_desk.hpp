#pragma once

#include "actors/interfaces.hpp"

#include <map>
#include <string>
#include <vector>

namespace flotilla::actors {

/// What the TOKEN DESK knows between two messages.
class token_desk_state {
public:
  using pointer = token_actor::stateful_pointer<token_desk_state>;
  static inline const char* name = "token desk";

  explicit token_desk_state(pointer self) : self_(self) {
  }

  void wire(token_actor tokens);
  caf::result<authorization> pass(const authorization_request& request);

private:
  /// Those that asked for the same.
  struct audience {
    std::string field; ///< that they know of
    std::vector<caf::weak_actor_ptr> listeners;
  };

  void tell(audience& all, const caf::strong_actor_ptr& asker, const authorization& fresh);

  pointer self_;
  token_actor tokens_;
  std::map<std::string, audience> audiences_; ///< by registry and scopes
};

/// What nodes of a fleet may ask: passes questions on to the TOKEN actor, and gives out tokens
/// that end by themselves, never a password. A registry that takes nothing but Basic gets its
/// blobs from a single process. When one node gets a new token, all others that asked for the same
/// are told of it.
token_actor::behavior_type token_desk(token_desk_state::pointer self, token_actor tokens);

} // namespace flotilla::actors
