#pragma once

#include "actors/token.hpp"
#include "app/options.hpp"
#include "protocol/result.hpp"
#include "protocol/token.hpp"

#include <string>

namespace flotilla::app {

/// Reads a password from standard input: its first line, at most 64 KiB. A terminal is asked for it
/// and does not show it. Call after `watch_signals`.
/// @returns errc::usage when there is none, errc::interrupted when a signal came first.
protocol::result<std::string> read_password();

/// The credentials for a registry: those of the command line, else those of a docker config.json
/// (`--registry-config`, `$DOCKER_CONFIG/config.json`, `~/.docker/config.json`); empty ones when no
/// file has an entry.
/// @param password of `--password-stdin`
/// @returns errc::usage for a file that was named and cannot be read, that is no regular file, or
///          that is broken.
protocol::result<protocol::credentials>
find_credentials(const options& chosen, const std::string& password, const std::string& host);

/// What a TOKEN actor finds credentials with: reads the password, where one is to be read, and then
/// looks as `find_credentials` does.
/// @param chosen outlives the finder
/// @returns what `read_password` returns
protocol::result<actors::credential_finder> credentials_of(const options& chosen);

} // namespace flotilla::app
