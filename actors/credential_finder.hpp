#pragma once

#include "protocol/result.hpp"
#include "protocol/token.hpp"
#include "protocol/url.hpp"

#include <functional>
#include <string>

namespace flotilla::actors {

/// Finds the credentials for a repository of a registry's host[:port]; empty ones when there are
/// none. Runs on the TOKEN actor, once a challenge for each way to write the registry: without the
/// port that its scheme implies, then with it. A credential helper may let it take half a minute.
using credential_finder = std::function<protocol::result<protocol::credentials>(
  const std::string& host, const std::string& repository)>;

/// Asks a finder for each way to write the registry.
protocol::result<protocol::credentials> find_for(const credential_finder& find,
                                                 const protocol::url& registry,
                                                 const std::string& repository);

} // namespace flotilla::actors
