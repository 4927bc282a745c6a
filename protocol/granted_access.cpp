#include "protocol/granted_access.hpp"

#include "protocol/base64.hpp"
#include "protocol/json.hpp"

#include <algorithm>
#include <string>

namespace flotilla::protocol {

namespace {

using nlohmann::json;

constexpr std::size_t most_token_bytes = 64 << 10;

/// The second of three parts between dots; empty when there are others.
std::string_view payload_of(std::string_view token) {
  const auto first = token.find('.');
  const auto second = token.find('.', std::min(first, token.size() - 1) + 1);
  if (first == std::string_view::npos || second == std::string_view::npos
      || token.find('.', second + 1) != std::string_view::npos)
    return {};
  return token.substr(first + 1, second - first - 1);
}

/// RFC 4648 section 5, without padding (RFC 7515 section 2).
result<std::string> from_base64url(std::string_view text) {
  std::string standard{text};
  std::replace(standard.begin(), standard.end(), '-', '+');
  std::replace(standard.begin(), standard.end(), '_', '/');
  return from_base64(standard);
}

void add_actions(const json& entry, granted_access& to) {
  const auto actions = entry.find("actions");
  if (actions == entry.end() || !actions->is_array())
    return;
  for (const auto& action : *actions) {
    to.pull = to.pull || action == "pull" || action == "*";
    to.push = to.push || action == "push" || action == "*";
  }
}

} // namespace

std::optional<granted_access> granted_actions(std::string_view token, std::string_view repository) {
  if (token.empty() || token.size() > most_token_bytes)
    return std::nullopt;
  const auto payload = from_base64url(payload_of(token));
  if (!payload)
    return std::nullopt;
  const auto claims = parse_json(*payload);
  if (!claims || !claims->is_object())
    return std::nullopt;
  const auto access = claims->find("access");
  if (access == claims->end() || !access->is_array())
    return std::nullopt;
  granted_access granted;
  for (const auto& entry : *access)
    if (entry.is_object() && string_member(entry, "type") == "repository"
        && string_member(entry, "name") == repository)
      add_actions(entry, granted);
  return granted;
}

} // namespace flotilla::protocol
