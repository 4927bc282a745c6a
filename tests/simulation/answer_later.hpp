#pragma once

#include <functional>
#include <utility>

#include <caf/all.hpp>

namespace flotilla::simulation {

/// Answers the request at hand some time later, from outside of the actor that got it.
template <class Pointer>
std::function<void(caf::message)> answer_later(Pointer self) {
  auto promise = self->make_response_promise(); // the request counts as taken
  return [me = caf::strong_actor_ptr{self->ctrl()}, to = promise.source(),
          id = promise.id()](caf::message what) {
    if (to != nullptr)
      to->enqueue(me, id.response_id(), std::move(what), nullptr);
  };
}

} // namespace flotilla::simulation
