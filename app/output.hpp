#pragma once

#include "protocol/result.hpp"

#include <string>

namespace flotilla::app {

/// Writes to standard output, whole. @returns `exit_done`; `exit_internal`, having said so, when it
/// cannot be written: a report that is lost must not look like one that was read.
int write_out(const std::string& text);

/// Says on standard error what went wrong and what to do.
void say_failure(const protocol::failure& why);

} // namespace flotilla::app
