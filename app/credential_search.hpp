#pragma once

#include "app/credential_helper.hpp"
#include "app/ollama_key.hpp"
#include "app/options.hpp"
#include "protocol/docker_config.hpp"
#include "protocol/result.hpp"
#include "protocol/token.hpp"

#include <string>
#include <vector>

namespace flotilla::app {

/// A file that may hold credentials.
struct login_place {
  std::string what; ///< for people, before its path: `docker config`
  std::string path;
  protocol::login_file kind = protocol::login_file::docker;
  bool named = false; ///< by the user: it must be there
};

/// Where credentials may be.
struct login_places {
  std::string variable;           ///< JSON, of `$DOCKER_AUTH_CONFIG`; goes before the files
  std::vector<login_place> files; ///< in the order in which they are looked at
  helper_setting helpers;
  std::vector<key_place> ollama_keys; ///< last, for Ollama's own registries alone
};

/// By options and environment (docs/configuration.md, "Where credentials come from"). Call before
/// threads start.
login_places read_login_places(const options& chosen);

/// Looks from place to place until one has something for that registry. Reads files, and may run a
/// credential helper: see there for how long the calling thread may be blocked.
/// @param host the registry's host[:port]
/// @returns credentials with their `source`, empty ones when nobody has any; errc::usage for a file
///          that was named and cannot be read, that is no regular file, or that is broken; or what
///          `ask_credential_helper` and `look_for_ollama_key` return.
protocol::result<protocol::credentials>
look_for_login(const login_places& places, const std::string& host, const std::string& repository);

} // namespace flotilla::app
