#include "protocol/token.hpp"

#include "protocol/address.hpp"
#include "protocol/base64.hpp"
#include "protocol/json.hpp"
#include "protocol/openssh_key.hpp"
#include "protocol/text.hpp"

#include <algorithm>

namespace flotilla::protocol {

namespace {

constexpr std::int64_t unnamed_lifetime = 60;
constexpr std::int64_t longest_lifetime = 31'536'000; ///< a year; keeps sums of times in range
constexpr std::size_t most_token_bytes = 16 << 10;    ///< it goes with every request
constexpr std::size_t most_url_bytes = 8 << 10;       ///< as `parse_url` has it

/// It becomes part of a header field.
bool is_usable_token(std::string_view text) {
  return !text.empty() && text.size() <= most_token_bytes
         && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

/// Nothing to refuse, or why that realm is not asked.
failure check_secrecy(const url& realm, const credentials& who, const url& registry) {
  const bool harmless = who.empty() || is_loopback(realm.host);
  if (realm.secure || (harmless && !registry.secure))
    return {};
  return {errc::refused,
          registry.origin() + " names the token server " + realm.redacted()
            + (who.empty() ? ", which would be asked in the clear"
                           : ", to which credentials would travel in the clear"),
          "the token server must be reached by https"};
}

std::chrono::seconds read_lifetime(const nlohmann::json& answer) {
  const auto member = answer.find("expires_in");
  const auto named = member != answer.end() && member->is_number() ? member->get<double>() : 0.0;
  if (!(named >= 1))
    return std::chrono::seconds{unnamed_lifetime};
  return std::chrono::seconds{
    static_cast<std::int64_t>(std::min(named, static_cast<double>(longest_lifetime)))};
}

std::string read_identity(const nlohmann::json& answer) {
  const auto text = string_member(answer, "refresh_token");
  return is_usable_token(text) ? std::string{text} : std::string{};
}

/// The server that the challenge names, if it may be asked.
result<url> token_server(const challenge& bearer, const credentials& who, const url& registry) {
  auto realm = parse_url(bearer.parameter("realm"));
  if (!realm)
    return failure{errc::malformed,
                   registry.origin()
                     + " names a token server that cannot be asked: " + realm.error().message,
                   {}};
  if (auto refused = check_secrecy(*realm, who, registry); refused.code != errc::none)
    return refused;
  if (auto refused = check_reach(registry, *realm); refused.code != errc::none)
    return refused;
  return realm;
}

/// `application/x-www-form-urlencoded`
std::string form_of(std::initializer_list<std::pair<const char*, std::string_view>> fields) {
  url page;
  for (const auto& [name, value] : fields)
    if (!value.empty())
      add_query(page, name, value);
  return page.target.substr(page.target.find('?') + 1);
}

std::string login_clause(const credentials& who) {
  if (who.ollama_key)
    return "with the key " + ssh_public_text(*who.ollama_key);
  const auto user = who.user.empty() ? std::string{} : "as user " + printable(who.user, 80);
  if (!who.identity_token.empty())
    return user + (user.empty() ? "" : ", ") + "with an identity token";
  if (!who.registry_token.empty())
    return user + (user.empty() ? "" : ", ") + "with a registry token";
  return user.empty() ? "with a password" : user;
}

} // namespace

std::string describe(const credentials& who) {
  if (who.empty())
    return "without a login";
  return login_clause(who)
         + (who.source.empty() ? std::string{} : " (" + printable(who.source, 200) + ')');
}

std::string log_in_hint_for(const credentials& who) {
  if (!who.ollama_key)
    return log_in_hint;
  return "the registry must know the key: add `ssh-ed25519 " + ssh_public_text(*who.ollama_key)
         + "` at https://ollama.com/settings/keys, or ask the registry's owner to; a clock that is "
           "far off has the same effect";
}

std::string repository_scope(std::string_view repository, std::string_view actions) {
  return "repository:" + std::string{repository} + ':' + std::string{actions};
}

std::string scope_field(const std::vector<std::string>& scopes) {
  std::string joined;
  for (const auto& scope : scopes)
    joined += (joined.empty() ? "" : " ") + scope;
  return joined;
}

result<url> token_url(const challenge& bearer, const std::vector<std::string>& scopes,
                      const credentials& who, const url& registry) {
  auto realm = token_server(bearer, who, registry);
  if (!realm)
    return realm;
  const auto named = realm->redacted();
  if (const auto service = bearer.parameter("service"); !service.empty())
    add_query(*realm, "service", service);
  for (const auto& scope : scopes)
    add_query(*realm, "scope", scope);
  if (!who.user.empty())
    add_query(*realm, "account", who.user);
  if (realm->to_string().size() > most_url_bytes)
    return failure{errc::refused,
                   registry.origin() + " names the token server " + named
                     + ": with service, scopes and user its URL would be longer than 8 KiB",
                   {}};
  return realm;
}

result<http_request> token_post(const challenge& bearer, const std::vector<std::string>& scopes,
                                const credentials& who, const url& registry) {
  auto realm = token_server(bearer, who, registry);
  if (!realm)
    return realm.error();
  const auto scope = scope_field(scopes);
  const auto service = bearer.parameter("service");
  http_request request;
  request.verb = method::post;
  request.url = realm->to_string();
  request.fields.add("Content-Type", "application/x-www-form-urlencoded");
  request.content = who.identity_token.empty() ? form_of({{"grant_type", "password"},
                                                          {"service", service},
                                                          {"client_id", "flotilla"},
                                                          {"scope", scope},
                                                          {"username", who.user},
                                                          {"password", who.password}})
                                               : form_of({{"grant_type", "refresh_token"},
                                                          {"service", service},
                                                          {"client_id", "flotilla"},
                                                          {"scope", scope},
                                                          {"refresh_token", who.identity_token}});
  return request;
}

result<token_answer> parse_token_answer(std::string_view json) {
  const auto answer = parse_json(json);
  if (!answer || !answer->is_object())
    return failure{errc::malformed, "the token server's answer is no JSON object", {}};
  bool too_long = false;
  for (const char* name : {"token", "access_token"}) {
    const auto token = string_member(*answer, name);
    if (is_usable_token(token))
      return token_answer{std::string{token}, read_lifetime(*answer), read_identity(*answer)};
    too_long = too_long || token.size() > most_token_bytes;
  }
  return failure{errc::malformed,
                 too_long ? "the token server's answer holds a token of more than 16 KiB"
                          : "the token server's answer holds no usable token",
                 {}};
}

void conceal(std::string& text, std::string_view secret) {
  constexpr std::size_t shortest = 4;
  if (secret.size() < shortest)
    return;
  for (auto at = text.find(secret); at != text.npos; at = text.find(secret, at))
    text.replace(at, secret.size(), "***");
}

void conceal_authorization(std::string& text, std::string_view field) {
  conceal(text, field.substr(field.rfind(' ') + 1));
}

std::string basic_authorization(const credentials& who) {
  return "Basic " + to_base64(who.user + ':' + who.password);
}

std::string bearer_authorization(std::string_view token) {
  return "Bearer " + std::string{token};
}

} // namespace flotilla::protocol
