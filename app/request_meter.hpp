#pragma once

#include "actors/exchange_watch.hpp"
#include "metrics/exposition.hpp"

#include <memory>

namespace flotilla::app {

/// Counts and times the requests of this process among those series.
std::shared_ptr<actors::exchange_watch>
make_request_meter(std::shared_ptr<metrics::exposition> series);

} // namespace flotilla::app
