#include "sources/wording.hpp"

#include "protocol/text.hpp"

#include <algorithm>
#include <system_error>

namespace flotilla::sources {

std::string in_quotes(std::string_view text) {
  return '"' + protocol::printable(text) + '"';
}

std::string listed(const std::vector<std::string>& names) {
  if (names.empty())
    return "nothing";
  auto shown = std::min(names.size(), listed_at_most);
  auto text = in_quotes(names[0]);
  for (std::size_t i = 1; i < shown; ++i)
    text += ", " + in_quotes(names[i]);
  if (shown < names.size())
    text += " and " + std::to_string(names.size() - shown) + " more";
  return text;
}

std::string reason(int error) {
  return std::generic_category().message(error);
}

protocol::failure invalid(std::string message, std::string hint) {
  return {protocol::errc::source_invalid, std::move(message), std::move(hint)};
}

protocol::failure cannot_read(const std::string& path, const std::string& why) {
  return invalid("cannot read " + in_quotes(path) + ": " + why);
}

protocol::failure misuse(std::string message, std::string hint) {
  return {protocol::errc::usage, std::move(message), std::move(hint)};
}

} // namespace flotilla::sources
