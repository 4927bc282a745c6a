#pragma once

#include <string>

namespace flotilla::app {

/// A script that completes commands, flags and their values, made from the flags' own definitions.
/// @param shell bash, zsh or fish
std::string completion_script(const std::string& shell);

} // namespace flotilla::app
