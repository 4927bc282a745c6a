#pragma once

#include "protocol/result.hpp"

#include <string>

namespace flotilla::app {

/// Looks at a file that is about to be opened: a FIFO would make us wait for ever.
/// @param what the flag that names it, or what it is
/// @returns errc::usage when something else than a regular file is there. What is not there, or
///          cannot be looked at, is none of it: opening it tells why.
protocol::failure check_regular_file(const std::string& what, const std::string& path);

} // namespace flotilla::app
