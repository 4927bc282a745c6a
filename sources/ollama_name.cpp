#include "sources/ollama_name.hpp"

#include "protocol/text.hpp"
#include "sources/wording.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace flotilla::sources {
namespace {

constexpr std::string_view usual_host = "registry.ollama.ai";
constexpr std::string_view usual_owner = "library";
constexpr std::string_view usual_tag = "latest";

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// What Ollama allows in one part of a name (types/model/name.go).
struct part_rule {
  const char* part;
  std::string_view extra; ///< allowed after the first character, besides `-` and `_`
  std::size_t longest;
};

std::optional<protocol::failure> check(const part_rule& rule, std::string_view text) {
  auto bad = [&](const std::string& why) {
    return protocol::failure{protocol::errc::malformed,
                             std::string{rule.part} + ' ' + in_quotes(text) + " of an Ollama model "
                               + why,
                             {}};
  };
  if (text.empty())
    return bad("is empty");
  if (text.size() > rule.longest)
    return bad("is longer than " + std::to_string(rule.longest) + " characters");
  if (!is_alphanumeric(text[0]) && text[0] != '_')
    return bad("does not begin with a letter, a digit or '_'");
  auto allowed = [&](char c) {
    return is_alphanumeric(c) || c == '-' || c == '_' || rule.extra.find(c) != rule.extra.npos;
  };
  if (!std::all_of(text.begin(), text.end(), allowed))
    return bad("has a character that is not allowed");
  return std::nullopt;
}

/// Takes what follows the last `/` off `text`, and the `/`.
std::string_view take_last(std::string_view& text) {
  auto slash = text.rfind('/');
  auto last = slash == text.npos ? text : text.substr(slash + 1);
  text = slash == text.npos ? std::string_view{} : text.substr(0, slash);
  return last;
}

ollama_name split(std::string_view text) {
  if (auto scheme = text.find("://"); scheme != text.npos)
    text.remove_prefix(scheme + 3);
  ollama_name name{std::string{usual_host}, std::string{usual_owner}, {}, std::string{usual_tag}};
  auto colon = text.rfind(':');
  auto slash = text.rfind('/');
  if (colon != text.npos && (slash == text.npos || colon > slash)) {
    name.tag = text.substr(colon + 1);
    text = text.substr(0, colon);
  }
  auto parts = std::count(text.begin(), text.end(), '/');
  name.model = take_last(text);
  if (parts >= 1)
    name.owner = take_last(text);
  if (parts >= 2)
    name.host = text;
  return name;
}

} // namespace

std::string ollama_name::brief() const {
  auto usual = protocol::equal_ignoring_case(host, usual_host);
  if (usual && protocol::equal_ignoring_case(owner, usual_owner))
    return model;
  return (usual ? "" : host + '/') + owner + '/' + model;
}

protocol::result<ollama_name> parse_ollama_name(std::string_view text) {
  auto name = split(text);
  const std::pair<part_rule, const std::string&> parts[] = {
    {{"host", ".:", 350}, name.host},
    {{"namespace", "", 80}, name.owner},
    {{"name", ".", 80}, name.model},
    {{"tag", ".", 80}, name.tag},
  };
  for (const auto& [rule, part] : parts)
    if (auto error = check(rule, part))
      return *error;
  return name;
}

} // namespace flotilla::sources
