#include "protocol/http.hpp"

#include "protocol/text.hpp"

#include <algorithm>

namespace flotilla::protocol {

const char* to_string(method verb) noexcept {
  switch (verb) {
    case method::head: return "HEAD";
    case method::get: return "GET";
    case method::post: return "POST";
    case method::patch: return "PATCH";
    case method::put: return "PUT";
    case method::remove: return "DELETE";
  }
  return "UNKNOWN";
}

std::string_view header_fields::value(std::string_view name) const noexcept {
  for (const auto& [key, content] : fields_)
    if (equal_ignoring_case(key, name))
      return content;
  return {};
}

std::string header_fields::joined(std::string_view name) const {
  std::string list;
  for (const auto& [key, content] : fields_) {
    if (!equal_ignoring_case(key, name))
      continue;
    if (!list.empty())
      list += ", ";
    list += content;
  }
  return list;
}

void header_fields::set(std::string_view name, std::string value) {
  remove(name);
  add(std::string{name}, std::move(value));
}

void header_fields::remove(std::string_view name) {
  fields_.erase(std::remove_if(fields_.begin(), fields_.end(),
                               [&](const field& x) { return equal_ignoring_case(x.first, name); }),
                fields_.end());
}

} // namespace flotilla::protocol
