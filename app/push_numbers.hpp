#pragma once

#include "actors/overview.hpp"
#include "metrics/fleet_metrics.hpp"
#include "metrics/push_metrics.hpp"

namespace flotilla::app {

// What actors tell, in the plain numbers that metrics know.

metrics::push_numbers numbers_of(const actors::push_status& status);
metrics::job_numbers numbers_of(const actors::push_overview& push);

} // namespace flotilla::app
