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

/// What a TOKEN actor finds credentials with: the user's of the command line or the environment,
/// and where none was named, the key of --ollama-key, which is read here and once, and without
/// that what `look_for_login` finds; empty ones when nobody has any. It may block the thread that
/// calls it for as long as a credential helper may take. Call before threads start.
/// @param password of `--password-stdin`; empty: that of the environment counts
actors::credential_finder finder_of(const options& chosen, const std::string& password);

/// The same, having read the password where one is to be read.
/// @returns what `read_password` returns, or `read_ollama_key` of a file that was named
protocol::result<actors::credential_finder> credentials_of(const options& chosen);

} // namespace flotilla::app
