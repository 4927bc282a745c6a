#pragma once

#include "protocol/challenge.hpp"
#include "protocol/http.hpp"
#include "protocol/result.hpp"
#include "protocol/url.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace flotilla::protocol {

struct ed25519_key;

/// Who we are to a registry: a user with a password, an identity token, a registry token, or a key
/// pair. Never logged, never rendered but by `describe`; all but `user` and `source` is secret.
struct credentials {
  std::string user;             ///< may be empty beside a token
  std::string password;         ///< may be empty beside a token: then it is not to be tried
  std::string identity_token{}; ///< an OAuth2 refresh token: a token server gives a token for it.
                                ///< Goes before the password there, and never to a registry
  std::string registry_token{}; ///< a Bearer token as it is; nobody can renew it
  std::string source{};         ///< where it was found, for people; empty: not known
  /// Signs requests for tokens, as Ollama's registry wants it: goes nowhere itself. Null: none.
  std::shared_ptr<const ed25519_key> ollama_key{};

  bool empty() const noexcept {
    return user.empty() && password.empty() && identity_token.empty() && registry_token.empty()
           && !ollama_key;
  }
};

/// For people: `as user ann (docker config /home/ann/.docker/config.json, auths)`; `without a
/// login`; of a key the public half. Never a secret, and fit to be shown.
std::string describe(const credentials& who);

/// What to do about a login that is missing or refused.
inline constexpr const char* log_in_hint
  = "log in with `docker login`, or give --username and --password-stdin";
/// The same for these: whose public key is not known logs in nowhere.
std::string log_in_hint_for(const credentials& who);

/// `repository:<name>:<actions>`, e.g. actions `pull,push` (distribution token spec, scope).
std::string repository_scope(std::string_view repository, std::string_view actions);

/// Several as one field: `repository:a:pull repository:b:pull`.
std::string scope_field(const std::vector<std::string>& scopes);

/// Where to ask for a token by GET: the challenge's realm with `service`, one `scope` for each of
/// `scopes` (the target's first: some servers read only that), and `account` when there is a user.
/// @param who those that will be sent along; empty ones for an anonymous token.
/// @param registry the origin that sent the challenge: a realm over http is refused when that is
///        https, and off loopback when credentials would be sent to it.
/// @returns errc::refused, also for more than 8 KiB in all, or errc::malformed, naming the realm.
result<url> token_url(const challenge& bearer, const std::vector<std::string>& scopes,
                      const credentials& who, const url& registry);

/// The same by POST (distribution: Token Authentication by OAuth2): with the identity token if
/// there is one, else with user and password, all of it in the body. The scopes are one field
/// there.
/// @returns as `token_url`
result<http_request> token_post(const challenge& bearer, const std::vector<std::string>& scopes,
                                const credentials& who, const url& registry);

struct token_answer {
  std::string token;
  std::chrono::seconds lifetime{60}; ///< from its arrival on; 60 where the server names none
  std::string identity_token{};      ///< the next one, where the server changes it with each use
};

/// Reads a token server's JSON. @returns errc::malformed without a usable `token` or
/// `access_token`, of at most 16 KiB; the answer's text is never quoted, for it may hold secrets.
result<token_answer> parse_token_answer(std::string_view json);

/// Takes a secret out of a text that a server wrote: some echo what they were sent. One of fewer
/// than 4 bytes stays: taking it out would only garble the text.
void conceal(std::string& text, std::string_view secret);
/// The same for the secret of a whole `Authorization` value, which is what follows its scheme.
void conceal_authorization(std::string& text, std::string_view field);

/// The value of an `Authorization` field.
std::string basic_authorization(const credentials& who);
std::string bearer_authorization(std::string_view token);

} // namespace flotilla::protocol
