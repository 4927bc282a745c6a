#include "actors/token.hpp"

#include "actors/errors.hpp"
#include "protocol/registry_error.hpp"
#include "protocol/retry.hpp"
#include "protocol/text.hpp"

namespace flotilla::actors {

using protocol::errc;
using protocol::failure;

namespace {

constexpr const char* log_in
  = "log in with `docker login`, or give --username and --password-stdin";

std::string key_of(const authorization_request& request) {
  auto key = request.registry.origin();
  for (const auto& scope : request.scopes)
    key += ' ' + scope;
  return key;
}

/// host[:port], as users and config files write it.
std::string host_of(const protocol::url& registry) {
  auto origin = registry.origin();
  return origin.substr(origin.find("://") + 3);
}

std::string user_clause(const protocol::credentials& who) {
  return who.user.empty() ? "anonymously" : "as user " + protocol::printable(who.user, 80);
}

failure check_secrecy(const authorization_request& request, const protocol::credentials& who) {
  if (who.empty() || request.registry.secure || protocol::is_loopback(request.registry.host))
    return {};
  return {errc::usage,
          "credentials are not sent to " + request.registry.origin()
            + " over plain HTTP: anyone on the way could read them",
          "use TLS: leave out --plain-http"};
}

} // namespace

void token_state::wire(http_actor http, credential_finder find) {
  http_ = std::move(http);
  find_ = std::move(find);
}

caf::result<authorization> token_state::authorize(const authorization_request& request) {
  auto key = key_of(request);
  auto& known = entries_[key];
  if (request.challenge.empty()
      || (!known.fetching && !known.current.field.empty()
          && known.current.field != request.rejected))
    return known.current;
  auto promise = self_->make_response_promise<authorization>();
  known.waiting.push_back(promise);
  if (!known.fetching) {
    known.fetching = true;
    begin(key, request);
  }
  return promise;
}

void token_state::begin(const std::string& key, const authorization_request& request) {
  auto chosen = protocol::preferred_challenge(protocol::parse_challenges(request.challenge));
  if (!chosen)
    return fail(key, {errc::unauthorized,
                      request.registry.origin() + " wants a way to log in that is not Basic or "
                        + "Bearer: `" + protocol::printable(request.challenge, 120) + '`',
                      {}});
  auto who = find_(host_of(request.registry));
  if (!who)
    return fail(key, who.error());
  if (auto refused = check_secrecy(request, *who); refused.code != errc::none)
    return fail(key, refused);
  if (chosen->scheme == "basic")
    return use_basic(key, request, *who);
  auto realm = protocol::token_url(*chosen, request.scopes, who->user, request.registry);
  if (!realm)
    return fail(key, realm.error());
  fetch_bearer(key, *realm, *who);
}

void token_state::use_basic(const std::string& key, const authorization_request& request,
                            const protocol::credentials& who) {
  if (who.empty())
    return fail(key, {errc::unauthorized,
                      request.registry.origin() + " wants a user and a password", log_in});
  auto field = protocol::basic_authorization(who);
  if (field == request.rejected)
    return fail(key, {errc::unauthorized,
                      request.registry.origin() + " refused the password of user "
                        + protocol::printable(who.user, 80),
                      log_in});
  succeed(key, {std::move(field), std::chrono::seconds{0}});
}

void token_state::fetch_bearer(const std::string& key, const protocol::url& realm,
                               const protocol::credentials& who) {
  protocol::http_request request{protocol::method::get, realm.to_string(), {}, {}, {}};
  if (!who.empty())
    request.fields.add("Authorization", protocol::basic_authorization(who));
  self_->request(http_, caf::infinite, atom::exchange_v, std::move(request))
    .then([this, key, shown = realm.redacted(),
           who](const protocol::http_outcome& outcome) { read_answer(key, shown, who, outcome); },
          [this, key](const caf::error& error) { fail(key, to_failure(error)); });
}

void token_state::read_answer(const std::string& key, const std::string& realm,
                              const protocol::credentials& who,
                              const protocol::http_outcome& outcome) {
  auto what = "getting a token " + user_clause(who) + " from " + realm;
  const auto* response = outcome.response();
  if (response == nullptr)
    return fail(key, {outcome.failed()->why.code, what + ": " + outcome.failed()->why.message,
                      outcome.failed()->why.hint});
  switch (protocol::classify(response->status)) {
    case protocol::status_class::success: break;
    case protocol::status_class::retry:
      return fail(key, {errc::unavailable, what + ": answered " + describe(*response), {}});
    case protocol::status_class::unauthorized:
    case protocol::status_class::forbidden:
      return fail(key,
                  {errc::unauthorized, what + ": refused with " + describe(*response), log_in});
    default: return fail(key, {errc::refused, what + ": answered " + describe(*response), {}});
  }
  auto parsed = protocol::parse_token_answer(response->body);
  if (!parsed)
    return fail(key, {errc::refused, what + ": " + parsed.error().message, {}});
  succeed(key, {protocol::bearer_authorization(parsed->token), parsed->lifetime});
}

void token_state::succeed(const std::string& key, authorization fresh) {
  auto& known = entries_[key];
  known.fetching = false;
  known.current = std::move(fresh);
  for (auto& promise : std::exchange(known.waiting, {}))
    promise.deliver(known.current);
}

void token_state::fail(const std::string& key, const failure& why) {
  auto& known = entries_[key];
  known.fetching = false;
  known.current = {};
  for (auto& promise : std::exchange(known.waiting, {}))
    promise.deliver(to_error(why));
}

token_actor::behavior_type token(token_state::pointer self, http_actor http,
                                 credential_finder find) {
  self->state.wire(std::move(http), std::move(find));
  return {
    [self](atom::authorize, const authorization_request& request) {
      return self->state.authorize(request);
    },
  };
}

} // namespace flotilla::actors
