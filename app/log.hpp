#pragma once

#include "app/options.hpp"

#include <spdlog/common.h>

namespace flotilla::app {

/// Sends the log to standard error: one line an event, as text or as JSON.
/// @param also gets each line, too; null: nobody
void set_up_log(const options& chosen, spdlog::sink_ptr also = nullptr);

} // namespace flotilla::app
