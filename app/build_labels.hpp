#pragma once

#include "metrics/exposition.hpp"

namespace flotilla::app {

/// What this program is, for flotilla_build_info.
metrics::build_labels build_labels_of_this();

} // namespace flotilla::app
