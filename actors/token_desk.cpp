#include "actors/token_desk.hpp"

#include "actors/errors.hpp"

#include <utility>

namespace flotilla::actors {

namespace {

constexpr std::chrono::minutes patience{2};

bool is_password(const authorization& given) {
  return given.field.rfind("Basic ", 0) == 0;
}

caf::error no_passwords(const protocol::url& registry) {
  return to_error({protocol::errc::unauthorized,
                   registry.origin()
                     + " wants the password with every request (Basic), and nodes of "
                     + "a fleet are never given one",
                   "push from a single process, without --coordinator, or let the registry use "
                   "tokens"});
}

} // namespace

void token_desk_state::wire(token_actor tokens) {
  tokens_ = std::move(tokens);
}

caf::result<authorization> token_desk_state::pass(const authorization_request& request) {
  auto asker = self_->current_sender(); // the promise takes it
  auto promise = self_->make_response_promise<authorization>();
  self_->request(tokens_, patience, atom::authorize_v, request)
    .then(
      [this, promise, key = subject(request), registry = request.registry,
       asker = std::move(asker)](authorization& given) mutable {
        if (is_password(given)) {
          promise.deliver(no_passwords(registry));
        } else {
          tell(audiences_[key], asker, given);
          promise.deliver(std::move(given));
        }
      },
      [promise](caf::error& error) mutable { promise.deliver(std::move(error)); });
  return promise;
}

/// The asker gets its answer, and hears of what others are answered from then on.
void token_desk_state::tell(audience& all, const caf::strong_actor_ptr& asker,
                            const authorization& fresh) {
  const bool is_new = !fresh.field.empty() && std::exchange(all.field, fresh.field) != fresh.field;
  std::vector<caf::weak_actor_ptr> alive;
  for (auto& each : all.listeners) {
    auto listener = each.lock();
    if (!listener || listener == asker)
      continue;
    if (is_new)
      self_->send(caf::actor_cast<token_listener_actor>(listener), atom::authorize_v, fresh);
    alive.push_back(std::move(each));
  }
  if (asker)
    alive.push_back(caf::actor_cast<caf::weak_actor_ptr>(asker));
  all.listeners = std::move(alive);
}

token_actor::behavior_type token_desk(token_desk_state::pointer self, token_actor tokens) {
  self->state.wire(std::move(tokens));
  return {
    [self](atom::authorize, const authorization_request& request) {
      return self->state.pass(request);
    },
  };
}

} // namespace flotilla::actors
