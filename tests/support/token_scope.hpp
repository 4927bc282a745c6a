#pragma once

#include "tests/support/exchange.hpp"

#include <string>
#include <vector>

namespace flotilla::test {

/// What a token is asked for: `repository:a/b:pull,push`.
struct token_scope {
  std::string kind;
  std::string name; ///< may hold colons
  std::vector<std::string> actions;
};

/// Those of all parameters `scope`, each of which may hold several. What is none is left out.
std::vector<token_scope> scopes_of(const seen_request& request);

/// The parts of `text` that are not empty.
std::vector<std::string> split(const std::string& text, char at);

} // namespace flotilla::test
