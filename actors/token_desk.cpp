#include "actors/token_desk.hpp"

#include "actors/errors.hpp"

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

token_actor::behavior_type token_desk(token_actor::pointer self, token_actor tokens) {
  return {
    [self, tokens](atom::authorize,
                   const authorization_request& request) -> caf::result<authorization> {
      auto promise = self->make_response_promise<authorization>();
      self->request(tokens, patience, atom::authorize_v, request)
        .then(
          [promise, registry = request.registry](authorization& given) mutable {
            if (is_password(given))
              promise.deliver(no_passwords(registry));
            else
              promise.deliver(std::move(given));
          },
          [promise](caf::error& error) mutable { promise.deliver(std::move(error)); });
      return promise;
    },
  };
}

} // namespace flotilla::actors
