#pragma once

#include "app/command_line.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <variant>
#include <vector>

namespace flotilla::app {

inline protocol::result<std::variant<options, answer>> parse(std::vector<const char*> words) {
  words.insert(words.begin(), "flotilla");
  return parse_command_line(static_cast<int>(words.size()), words.data());
}

/// `push SOURCE REFERENCE` and these.
inline protocol::result<std::variant<options, answer>> parse_push(std::vector<const char*> flags) {
  flags.insert(flags.begin(), {"push", "oci:m", "localhost:5000/m:v1"});
  return parse(std::move(flags));
}

inline options chosen(const protocol::result<std::variant<options, answer>>& parsed) {
  if (!parsed) {
    ADD_FAILURE() << parsed.error().message;
    return {};
  }
  if (!std::holds_alternative<options>(*parsed)) {
    ADD_FAILURE() << "an answer";
    return {};
  }
  return std::get<options>(*parsed);
}

} // namespace flotilla::app
