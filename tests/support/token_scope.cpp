#include "tests/support/token_scope.hpp"

#include <sstream>

namespace flotilla::test {

std::vector<token_scope> scopes_of(const seen_request& request) {
  std::vector<token_scope> scopes;
  const auto [first, last] = request.query.equal_range("scope");
  for (auto field = first; field != last; ++field)
    for (const auto& text : split(field->second, ' ')) {
      const auto kind_end = text.find(':');
      const auto name_end = text.rfind(':');
      if (kind_end != name_end)
        scopes.push_back({text.substr(0, kind_end),
                          text.substr(kind_end + 1, name_end - kind_end - 1),
                          split(text.substr(name_end + 1), ',')});
    }
  return scopes;
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, at);)
    if (!part.empty())
      parts.push_back(part);
  return parts;
}

} // namespace flotilla::test
