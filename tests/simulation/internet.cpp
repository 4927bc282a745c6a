#include "tests/simulation/internet.hpp"

#include <algorithm>

namespace flotilla::simulation {

using protocol::http_request;
using protocol::http_response;

namespace {

constexpr const char* registry_origin = "https://registry.sim/";
constexpr const char* token_origin = "https://auth.sim/";
constexpr const char* annes_login = "Basic YW5uOnNlY3JldA=="; ///< ann:secret

bool begins(const std::string& text, const char* with) {
  return text.rfind(with, 0) == 0;
}

} // namespace

http_response internet::serve(const http_request& request, const caller& who) {
  ++requests_;
  watch_authorization(request, who);
  const auto what = deed_of(request);
  auto strike = over_.on_request(what);
  if (strike && !strike->takes_effect)
    return strike->answer;
  auto answered = what == deed::token ? give_token(request, who) : to_.handle(request, who.name);
  return strike ? strike->answer : answered;
}

std::optional<http_response> internet::admit(const http_request& request, const caller& who) {
  ++requests_;
  watch_authorization(request, who);
  if (auto strike = over_.on_request(deed::body); strike && !strike->takes_effect)
    return strike->answer;
  return to_.admit(request, who.name);
}

/// A token goes to the registry alone, and a password to the token server alone, from those that
/// have one.
void internet::watch_authorization(const http_request& request, const caller& who) {
  const auto field = request.fields.value("authorization");
  const bool is_registry = begins(request.url, registry_origin);
  const bool is_token_server = begins(request.url, token_origin);
  if (!is_registry && !is_token_server)
    on_.violated("origin", who.name + " asks " + request.url);
  if (field.substr(0, 6) == "Basic " && (!is_token_server || !who.has_credentials))
    on_.violated("credentials-stay", who.name + " sends a password to " + request.url);
  if (field.substr(0, 7) == "Bearer " && !is_registry)
    on_.violated("token-origin", who.name + " sends a token to " + request.url);
  if (is_token_server && !who.has_credentials)
    on_.violated("credentials-stay", who.name + " asks the token server itself");
}

http_response internet::give_token(const http_request& request, const caller&) {
  if (request.fields.value("authorization") != annes_login)
    return refusal(401, "UNAUTHORIZED");
  return answer(200, {{"Content-Type", "application/json"}},
                R"({"token":")" + to_.give_token() + R"(","expires_in":)"
                  + std::to_string(to_.ways().token_life.count()) + '}');
}

void internet::set_apart(const std::string& who, moment until) {
  auto& known = apart_[who];
  known = std::max(known, until);
}

bool internet::was_apart(const std::string& who, moment since) const {
  auto found = apart_.find(who);
  return all_apart_ >= since || (found != apart_.end() && found->second >= since);
}

void internet::body_begins(const std::string& digest, const caller& who, bool checked) {
  auto [first, last] = on_wire_.equal_range(digest);
  for (auto i = first; checked && i != last; ++i)
    if (const auto& other = i->second; other.who != who.name && !was_apart(who.name, other.since)
                                       && !was_apart(other.who, other.since))
      on_.violated("one-sender",
                   who.name + " sends " + digest + ", as " + other.who + " has done for "
                     + std::to_string((on_.now() - other.since).count() / 1'000'000) + " ms");
  on_wire_.emplace(digest, sender{who.name, on_.now()});
}

void internet::body_ends(const std::string& digest, const caller& who) {
  auto [first, last] = on_wire_.equal_range(digest);
  auto mine
    = std::find_if(first, last, [&](const auto& each) { return each.second.who == who.name; });
  if (mine != last)
    on_wire_.erase(mine);
}

} // namespace flotilla::simulation
