#pragma once

#include "protocol/result.hpp"

#include <string>

namespace flotilla::app {

/// A page of the manual in man(7)'s language, made of what the command line is made of.
/// @param command whose page; empty: the program's
/// @returns errc::usage for what is no command
protocol::result<std::string> manual_page(const std::string& command);

} // namespace flotilla::app
