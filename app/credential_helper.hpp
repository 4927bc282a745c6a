#pragma once

#include "protocol/result.hpp"
#include "protocol/token.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::app {

/// What a credential helper runs with.
struct helper_setting {
  std::string path;                           ///< directories that may hold it, as `$PATH` has them
  std::vector<std::string> variables;         ///< its environment, `NAME=value` each
  std::chrono::milliseconds patience{30'000}; ///< after that it is killed
};

/// Ours, but for what may hold a secret: FLOTILLA_…, DOCKER_AUTH_CONFIG. Call before threads start.
helper_setting read_helper_setting();

/// Asks `docker-credential-<suffix> get` for the credentials of `key`. No shell is involved, the
/// program gets none of our open files, and it leads a process group of its own. Whatever it leaves
/// running does not hold us up.
///
/// Runs on the caller's thread, and blocks it until the program has ended, at most for the
/// setting's `patience`.
/// @pre `protocol::is_helper_suffix(suffix)`
/// @returns nothing when it has none; errc::usage when there is no such program; errc::unauthorized
///          when it fails, takes too long, or answers what is of no use; errc::interrupted when a
///          signal came first.
protocol::result<std::optional<protocol::credentials>>
ask_credential_helper(const std::string& suffix, const std::string& key,
                      const helper_setting& setting);

} // namespace flotilla::app
