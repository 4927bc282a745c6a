#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flotilla::protocol {

/// One challenge of a `WWW-Authenticate` field (RFC 9110 section 11.6.1).
struct challenge {
  std::string scheme;                                          ///< lower case, e.g. `bearer`
  std::string token68;                                         ///< instead of parameters, rarely
  std::vector<std::pair<std::string, std::string>> parameters; ///< names in lower case

  /// Empty when there is no such parameter.
  std::string_view parameter(std::string_view name) const noexcept;
};

/// Reads all challenges of a field value; several fields joined by `, ` are one value. A challenge
/// that breaks the grammar is left out, the others stand. At most 16 challenges of 16 parameters.
std::vector<challenge> parse_challenges(std::string_view field);

/// Bearer if one with a realm is offered, else Basic, else nothing we can answer.
std::optional<challenge> preferred_challenge(const std::vector<challenge>& offered);

} // namespace flotilla::protocol
