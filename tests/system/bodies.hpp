#pragma once

#include "tests/support/registry.hpp"
#include "tests/support/scripted_registry.hpp"

#include <map>
#include <regex>
#include <string>

namespace flotilla::test {

/// How often the bytes of each blob were sent, by the registry's access log.
/// @param status of the answers that count, as a regular expression
inline std::map<std::string, int> bodies(const registry& there,
                                         const std::string& status = "[0-9]+") {
  std::map<std::string, int> counts;
  const auto log = there.access_log();
  const std::regex closing{"\"PUT [^ ]*digest=sha256(?::|%3A)([0-9a-f]{64})[^ ]* [^\"]*\" "
                           + status};
  for (std::sregex_iterator at{log.begin(), log.end(), closing}, end; at != end; ++at)
    counts[(*at)[1]] += 1;
  return counts;
}

/// The same of a scripted one, by its own log.
inline std::map<std::string, int> bodies(const scripted_registry& there) {
  std::map<std::string, int> counts;
  for (const auto& request : there.log())
    if (request.method == "PUT" && request.path.find("/uploads/") != std::string::npos)
      counts[request.parameter("digest")] += 1;
  return counts;
}

} // namespace flotilla::test
