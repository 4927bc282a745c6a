#pragma once

#include "app/options.hpp"

namespace flotilla::app {

/// Sends the log to standard error: one line an event, as text or as JSON.
void set_up_log(const options& chosen);

} // namespace flotilla::app
