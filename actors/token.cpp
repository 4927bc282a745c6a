#include "actors/token.hpp"

#include "actors/errors.hpp"
#include "actors/token_stamp.hpp"
#include "protocol/granted_access.hpp"
#include "protocol/openssh_key.hpp"
#include "protocol/text.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace flotilla::actors {

using protocol::errc;
using protocol::failure;

namespace {

/// So long a refused login is not tried again: servers lock accounts after a few failures, and who
/// mends the login on the server's side should not have to wait for long.
constexpr std::chrono::minutes refusal_memory{1};

/// The repository of the first scope, `repository:<name>:<actions>`, which is the target's.
std::string target_of(const authorization_request& request) {
  if (request.scopes.empty())
    return {};
  const auto& scope = request.scopes.front();
  const auto begin = scope.find(':') + 1;
  const auto end = scope.rfind(':');
  return begin < end ? scope.substr(begin, end - begin) : std::string{};
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

/// Each time that a file is read its key is another object.
bool same_key(const protocol::credentials& a, const protocol::credentials& b) {
  if (!a.ollama_key || !b.ollama_key)
    return a.ollama_key == b.ollama_key;
  return a.ollama_key->public_key == b.ollama_key->public_key;
}

bool same_login(const protocol::credentials& a, const protocol::credentials& b) {
  return a.user == b.user && a.password == b.password && a.identity_token == b.identity_token
         && same_key(a, b);
}

/// What a token allows less than we asked for, in words; empty: nothing, or nobody knows.
std::string shortfall_of(const std::string& token, const authorization_request& request,
                         const std::string& server) {
  const auto target = target_of(request);
  const auto granted = protocol::granted_actions(token, target);
  const bool wants_push
    = !request.scopes.empty() && request.scopes.front().find("push") != std::string::npos;
  if (!granted || (granted->pull && (granted->push || !wants_push)))
    return {};
  return "the token that " + server + " gave allows "
         + (granted->pull   ? "pull, but not push,"
            : granted->push ? "push, but not pull,"
                            : "nothing")
         + " in " + protocol::printable(target, 120);
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
  const auto key = subject(request);
  auto& known = entries_[key];
  if (!known.fetching && !must_fetch(known, request))
    return what_is_left(known);
  auto promise = self_->make_response_promise<authorization>();
  known.waiting.push_back(promise);
  if (!known.fetching) {
    known.fetching = true;
    auto asked = request;
    if (asked.challenge.empty())
      asked.challenge = known.challenge;
    begin(key, std::move(asked));
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
  using std::chrono::milliseconds;
  if (known.lifetime.count() == 0)
    return {known.field, known.lifetime, known.shortfall};
  const auto now = self_->clock().now();
  auto until = known.fetched + known.lifetime * 4 / 5;
  if (now >= until) // its renewal failed, or nobody has asked for one
    until = known.fetched + known.lifetime;
  return {known.field, std::chrono::ceil<milliseconds>(until - now), known.shortfall};
}

void token_state::begin(const std::string& key, authorization_request request) {
  const auto& registry = request.registry;
  auto chosen = protocol::preferred_challenge(protocol::parse_challenges(request.challenge));
  if (!chosen)
    return fail(key, because({errc::unauthorized,
                              registry.origin() + " wants a way to log in that is not Basic or "
                                + "Bearer: `" + protocol::printable(request.challenge, 120) + '`',
                              {}}));
  auto who = find_for(find_, request.registry, target_of(request));
  if (!who)
    return fail(key, because(who.error()));
  if (auto refused = check_secrecy(request, *who); refused.code != errc::none)
    return fail(key, because(std::move(refused)));
  if (!who->registry_token.empty())
    return use_registry_token(key, request, *who);
  if (chosen->scheme == "basic")
    return use_basic(key, request, *who);
  auto newest = *who;
  if (const auto known = identity_tokens_.find(who->identity_token);
      known != identity_tokens_.end())
    newest.identity_token = known->second;
  protocol::token_exchange machine{*chosen, request.scopes, std::move(newest), registry,
                                   new_token_stamp(world_of(self_->system()))};
  fetch_bearer(
    std::make_shared<errand>(errand{key, std::move(request), std::move(*who), std::move(machine)}));
}

void token_state::use_basic(const std::string& key, const authorization_request& request,
                            const protocol::credentials& who) {
  const auto& registry = request.registry;
  // An empty password tried in a token's stead may lock the account.
  if (who.password.empty() && (!who.identity_token.empty() || who.ollama_key))
    return fail(key, because({errc::unauthorized,
                              registry.origin() + " wants a user and a password (Basic), and "
                                + protocol::printable(who.source, 200)
                                + (who.ollama_key ? " is a key" : " has an identity token"),
                              who.ollama_key ? "give --username and --password-stdin"
                                             : protocol::log_in_hint}));
  if (who.user.empty() && who.password.empty())
    return fail(key,
                because({errc::unauthorized, registry.origin() + " wants a user and a password",
                         protocol::log_in_hint}));
  auto field = protocol::basic_authorization(who);
  if (field == request.rejected)
    return fail(key,
                because({errc::unauthorized,
                         registry.origin() + " refused the password that was sent " + describe(who),
                         protocol::log_in_hint}));
  succeed(key, request, {std::move(field), std::chrono::seconds{0}, {}});
}

void token_state::use_registry_token(const std::string& key, const authorization_request& request,
                                     const protocol::credentials& who) {
  auto field = protocol::bearer_authorization(who.registry_token);
  if (field == request.rejected)
    return fail(key, because({errc::unauthorized,
                              request.registry.origin() + " refused the registry token of "
                                + protocol::printable(who.source, 200)
                                + ", which may have expired, and which nobody can renew",
                              protocol::log_in_hint}));
  succeed(key, request, {std::move(field), std::chrono::seconds{0}, {}});
}

// ---- bearer -------------------------------------------------------------------------------------

void token_state::fetch_bearer(const shared_errand& what) {
  const auto known = refused_.find(what->machine.server() + ' ' + what->who.user);
  if (known != refused_.end() && self_->clock().now() < known->second.until
      && same_login(known->second.who, what->who))
    return fail(what->key, known->second.why);
  spdlog::debug("{}: asking {} for a token {}", what->request.registry.origin(),
                what->machine.server(), describe(what->who));
  follow(what, what->machine.begin());
}

void token_state::follow(const shared_errand& what, protocol::token_exchange::step next) {
  if (auto* request = std::get_if<protocol::http_request>(&next)) {
    self_->request(http_, caf::infinite, atom::exchange_v, std::move(*request))
      .then(
        [this, what](protocol::http_outcome& outcome) {
          follow(what, what->machine.on_outcome(std::move(outcome)));
        },
        [this, what](const caf::error& error) { fail(what->key, because(to_failure(error))); });
  } else if (const auto* fresh = std::get_if<protocol::token_answer>(&next)) {
    take(*what, *fresh);
  } else {
    const auto& none = std::get<protocol::no_response>(next);
    remember_refusal(*what, none);
    fail(what->key, none);
  }
}

void token_state::take(const errand& what, const protocol::token_answer& fresh) {
  if (!what.who.identity_token.empty() && !fresh.identity_token.empty())
    identity_tokens_[what.who.identity_token] = fresh.identity_token;
  succeed(what.key, what.request,
          {protocol::bearer_authorization(fresh.token), fresh.lifetime,
           shortfall_of(fresh.token, what.request, what.machine.server())});
}

void token_state::remember_refusal(const errand& what, const protocol::no_response& none) {
  if (none.why.code == errc::unauthorized && !what.who.empty())
    refused_[what.machine.server() + ' ' + what.who.user]
      = {what.who, none, self_->clock().now() + refusal_memory};
}

// ---- how a fetch ends ---------------------------------------------------------------------------

void token_state::succeed(const std::string& key, const authorization_request& request,
                          authorization fresh) {
  auto& known = entries_[key];
  known.fetching = false;
  ++fetched_;
  known.field = std::move(fresh.field);
  known.lifetime = fresh.lifetime;
  known.fetched = self_->clock().now();
  known.shortfall = std::move(fresh.shortfall);
  known.challenge = request.challenge;
  for (auto& promise : std::exchange(known.waiting, {}))
    promise.deliver(what_is_left(known));
}

void token_state::fail(const std::string& key, const protocol::no_response& none) {
  auto& known = entries_[key];
  known.fetching = false;
  ++failed_;
  for (auto& promise : std::exchange(known.waiting, {}))
    promise.deliver(to_token_error(none));
}

token_totals token_state::totals() const {
  token_totals now{fetched_, failed_, 0};
  const auto at = self_->clock().now();
  auto first = moment::max();
  for (const auto& [key, known] : entries_) // one that is over was of a push that has ended
    if (!known.field.empty() && known.lifetime.count() != 0 && known.fetched + known.lifetime > at)
      first = std::min(first, known.fetched + known.lifetime);
  if (first != moment::max())
    now.seconds_left = std::chrono::duration<double>(first - at).count();
  return now;
}

token_office_actor::behavior_type token(token_state::pointer self, http_actor http,
                                        credential_finder find) {
  self->state.wire(std::move(http), std::move(find));
  return {
    [self](atom::authorize, const authorization_request& request) {
      return self->state.authorize(request);
    },
    [self](atom::totals) { return self->state.totals(); },
  };
}

} // namespace flotilla::actors
