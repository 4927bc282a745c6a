#pragma once

#include <string>

namespace flotilla::app {

/// The value of an environment variable; empty when it is not set. Call before threads start.
std::string environment(const char* name);

/// Where the user's state lies: `$XDG_STATE_HOME/flotilla`, else `~/.local/state/flotilla`; empty
/// when neither is known.
std::string default_state_dir();

} // namespace flotilla::app
