#include "tests/support/doorkeeper.hpp"

#include <regex>

#include <httplib.h>

namespace flotilla::test {

namespace {

answer refuse(const std::string& challenge) {
  auto refusal = registry_error(401, "UNAUTHORIZED", "authentication required");
  refusal.headers.emplace_back("WWW-Authenticate", challenge);
  return refusal;
}

} // namespace

std::optional<answer> doorkeeper::stop(const seen_request& request) {
  if (rules_.kind == login::none)
    return std::nullopt;
  if (rules_.kind == login::basic)
    return knows(request) ? std::nullopt : std::optional(refuse("Basic realm=\"scripted\""));
  return request.path == "/token" ? give_token(request) : check_token(request);
}

void doorkeeper::expire_tokens() {
  const std::lock_guard guard(lock_);
  tokens_.clear();
}

bool doorkeeper::knows(const seen_request& request) const {
  return request.header("Authorization")
         == httplib::make_basic_authentication_header(rules_.user, rules_.password).second;
}

answer doorkeeper::give_token(const seen_request& request) {
  if (!rules_.user.empty() && !knows(request))
    return registry_error(401, "UNAUTHORIZED", "incorrect username or password");
  std::string scopes;
  const auto [first, last] = request.query.equal_range("scope");
  for (auto scope = first; scope != last; ++scope)
    scopes += scope->second + " ";
  const std::lock_guard guard(lock_);
  const auto token = "token-" + std::to_string(++given_);
  tokens_[token] = scopes;
  return {200,
          {{"Content-Type", "application/json"}},
          R"({"token":")" + token + R"(","expires_in":)" + std::to_string(rules_.token_lifetime)
            + "}",
          {}};
}

std::optional<answer> doorkeeper::check_token(const seen_request& request) const {
  static const std::regex in_repository("/v2/(.+)/(blobs|manifests)/.*");
  std::smatch part;
  const bool names_one = std::regex_match(request.path, part, in_repository);
  const auto scope = names_one ? "repository:" + part[1].str() + ":" : std::string();
  const auto shown = request.header("Authorization");
  const std::lock_guard guard(lock_);
  const auto token = tokens_.find(shown.rfind("Bearer ", 0) == 0 ? shown.substr(7) : "");
  if (token != tokens_.end() && token->second.find(scope) != std::string::npos)
    return std::nullopt;
  return refuse("Bearer realm=\"http://" + request.header("Host") + "/token\",service=\"scripted\""
                + (names_one ? ",scope=\"" + scope + "pull,push\"" : ""));
}

} // namespace flotilla::test
