#include "protocol/json.hpp"

namespace flotilla::protocol {

namespace {

constexpr int max_depth = 64;

/// Counts brackets outside of strings, which is the depth as long as the text is JSON; where it
/// stops being that, the parser stops too. Done first, as the parser's own callback cannot end it.
bool nests_too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\')
      ++i;
    else if (c == '"')
      in_string = !in_string;
    else if (!in_string && (c == '[' || c == '{') && ++depth > max_depth)
      return true;
    else if (!in_string && (c == ']' || c == '}'))
      --depth;
  }
  return false;
}

} // namespace

result<nlohmann::json> parse_json(std::string_view text) {
  if (nests_too_deep(text))
    return failure{errc::malformed, "the JSON nests deeper than 64 levels", {}};
  auto value = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
  if (value.is_discarded())
    return failure{errc::malformed, "not JSON", {}};
  return value;
}

std::string_view string_member(const nlohmann::json& object, const char* name) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_string())
    return {};
  return member->get_ref<const std::string&>();
}

} // namespace flotilla::protocol
