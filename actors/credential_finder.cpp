#include "actors/credential_finder.hpp"

#include <vector>

namespace flotilla::actors {

namespace {

/// host[:port], as users and config files may write it.
std::vector<std::string> spellings(const protocol::url& registry) {
  const auto origin = registry.origin();
  const auto brief = origin.substr(origin.find("://") + 3);
  const auto full = registry.host + ':' + std::to_string(registry.port);
  return brief == full ? std::vector{full} : std::vector{brief, full};
}

} // namespace

protocol::result<protocol::credentials> find_for(const credential_finder& find,
                                                 const protocol::url& registry,
                                                 const std::string& repository) {
  protocol::result<protocol::credentials> found{protocol::credentials{}};
  for (const auto& host : spellings(registry))
    if (found = find(host, repository); !found || !found->empty())
      break;
  return found;
}

} // namespace flotilla::actors
