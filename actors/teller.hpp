#pragma once

#include <caf/all.hpp>

#include <utility>

namespace flotilla::actors {

/// Sends words to that actor for as long as it lives. For callbacks that are held by what the actor
/// itself holds: they do not keep it alive.
template <class Pointer>
auto teller(Pointer self) {
  return [me = caf::actor_cast<caf::weak_actor_ptr>(self)](auto... words) {
    if (auto whom = me.lock())
      caf::anon_send(caf::actor_cast<caf::actor>(whom), std::move(words)...);
  };
}

} // namespace flotilla::actors
