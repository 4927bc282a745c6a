#include "actors/token.hpp"

#include "actors/errors.hpp"
#include "protocol/registry_error.hpp"
#include "protocol/retry.hpp"
#include "protocol/text.hpp"

#include <algorithm>

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

/// host[:port], as users and config files may write it.
std::vector<std::string> spellings(const protocol::url& registry) {
  const auto origin = registry.origin();
  const auto brief = origin.substr(origin.find("://") + 3);
  const auto full = registry.host + ':' + std::to_string(registry.port);
  return brief == full ? std::vector{full} : std::vector{brief, full};
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

protocol::no_response because(failure why) {
  return {std::move(why), 0, false};
}

/// What an answer other than a token means.
protocol::no_response refusal(const std::string& doing, const protocol::http_response& response) {
  switch (protocol::classify(response.status)) {
    case protocol::status_class::retry:
      return {{errc::unavailable, doing + ": answered " + describe(response), {}},
              0,
              false,
              std::to_string(response.status),
              protocol::printable(response.fields.value("retry-after"), 64)};
    case protocol::status_class::unauthorized:
    case protocol::status_class::forbidden:
      return because({errc::unauthorized, doing + ": refused with " + describe(response), log_in});
    default: return because({errc::refused, doing + ": answered " + describe(response), {}});
  }
}

/// `to_error` has no place for the words of a token server in trouble.
caf::error to_token_error(const protocol::no_response& none) {
  const auto& why = none.why;
  if (none.reason.empty())
    return to_error(why);
  return caf::make_error(why.code, why.message, why.hint, none.reason, none.retry_after);
}

} // namespace

protocol::no_response to_no_response(const caf::error& error) {
  const auto& context = error.context();
  if (error.category() != caf::atom("protocol")) // a node's coordinator may be gone for a while
    return because(
      {errc::unavailable, "getting a token: whoever gives them out does not answer", {}});
  if (!context.match_elements<std::string, std::string, std::string, std::string>())
    return because(to_failure(error));
  return {{static_cast<errc>(error.code()), context.get_as<std::string>(0),
           context.get_as<std::string>(1)},
          0,
          false,
          context.get_as<std::string>(2),
          context.get_as<std::string>(3)};
}

void token_state::wire(http_actor http, credential_finder find) {
  http_ = std::move(http);
  find_ = std::move(find);
}

caf::result<authorization> token_state::authorize(const authorization_request& request) {
  auto key = key_of(request);
  auto& known = entries_[key];
  if (!known.fetching && !must_fetch(known, request))
    return what_is_left(known);
  auto promise = self_->make_response_promise<authorization>();
  known.waiting.push_back(promise);
  if (!known.fetching) {
    known.fetching = true;
    errand what{std::move(key), request, {}, {}};
    if (request.challenge.empty())
      what.request.challenge = known.challenge;
    begin(std::move(what));
  }
  return promise;
}

bool token_state::must_fetch(const entry& known, const authorization_request& request) const {
  if (known.field.empty())
    return !request.challenge.empty();
  return known.field == request.rejected
         || (known.lifetime.count() != 0 && self_->clock().now() >= known.fetched + known.lifetime);
}

authorization token_state::what_is_left(const entry& known) const {
  using std::chrono::seconds;
  if (known.lifetime.count() == 0)
    return {known.field, known.lifetime};
  auto until = known.fetched + known.lifetime * 4 / 5;
  auto left = std::chrono::floor<seconds>(until - self_->clock().now());
  return {known.field, std::max(left, seconds{1})};
}

protocol::result<protocol::credentials> token_state::find(const protocol::url& registry) const {
  protocol::result<protocol::credentials> found{protocol::credentials{}};
  for (const auto& host : spellings(registry))
    if (found = find_(host); !found || !found->empty())
      break;
  return found;
}

void token_state::begin(errand what) {
  const auto& registry = what.request.registry;
  auto chosen = protocol::preferred_challenge(protocol::parse_challenges(what.request.challenge));
  if (!chosen)
    return fail(what,
                because({errc::unauthorized,
                         registry.origin() + " wants a way to log in that is not Basic or "
                           + "Bearer: `" + protocol::printable(what.request.challenge, 120) + '`',
                         {}}));
  auto who = find(registry);
  if (!who)
    return fail(what, because(who.error()));
  if (auto refused = check_secrecy(what.request, *who); refused.code != errc::none)
    return fail(what, because(std::move(refused)));
  what.who = std::move(*who);
  if (chosen->scheme == "basic")
    use_basic(what);
  else
    fetch_bearer(std::move(what), *chosen);
}

void token_state::use_basic(const errand& what) {
  const auto& registry = what.request.registry;
  if (what.who.empty())
    return fail(what, because({errc::unauthorized,
                               registry.origin() + " wants a user and a password", log_in}));
  auto field = protocol::basic_authorization(what.who);
  if (field == what.request.rejected)
    return fail(what, because({errc::unauthorized,
                               registry.origin() + " refused the password of user "
                                 + protocol::printable(what.who.user, 80),
                               log_in}));
  succeed(what, {std::move(field), std::chrono::seconds{0}});
}

void token_state::fetch_bearer(errand what, const protocol::challenge& bearer) {
  auto realm = protocol::token_url(bearer, what.request.scopes, what.who, what.request.registry);
  if (!realm)
    return fail(what, because(realm.error()));
  what.realm = realm->redacted();
  protocol::http_request request;
  request.url = realm->to_string();
  if (!what.who.empty())
    request.fields.add("Authorization", protocol::basic_authorization(what.who));
  self_->request(http_, caf::infinite, atom::exchange_v, std::move(request))
    .then([this, what](const protocol::http_outcome& outcome) { read_answer(what, outcome); },
          [this, what](const caf::error& error) { fail(what, because(to_failure(error))); });
}

void token_state::read_answer(const errand& what, protocol::http_outcome outcome) {
  const auto doing = "getting a token " + user_clause(what.who) + " from " + what.realm;
  if (const auto* none = outcome.failed())
    return fail(what, because({none->why.code, doing + ": " + none->why.message, none->why.hint}));
  auto& response = std::get<protocol::http_response>(outcome.value);
  if (response.status >= 400) {
    protocol::conceal_authorization(response.body, protocol::basic_authorization(what.who));
    protocol::conceal(response.body, what.who.password);
  }
  if (protocol::classify(response.status) != protocol::status_class::success)
    return fail(what, refusal(doing, response));
  auto parsed = protocol::parse_token_answer(response.body);
  if (!parsed)
    return fail(what, because({errc::refused, doing + ": " + parsed.error().message, {}}));
  succeed(what, {protocol::bearer_authorization(parsed->token), parsed->lifetime});
}

void token_state::succeed(const errand& what, authorization fresh) {
  auto& known = entries_[what.key];
  known.fetching = false;
  known.field = std::move(fresh.field);
  known.lifetime = fresh.lifetime;
  known.fetched = self_->clock().now();
  known.challenge = what.request.challenge;
  for (auto& promise : std::exchange(known.waiting, {}))
    promise.deliver(what_is_left(known));
}

void token_state::fail(const errand& what, const protocol::no_response& none) {
  auto& known = entries_[what.key];
  known.fetching = false;
  for (auto& promise : std::exchange(known.waiting, {}))
    promise.deliver(to_token_error(none));
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
