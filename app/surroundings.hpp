#pragma once

#include "sources/source.hpp"

namespace flotilla::app {

/// Where models may lie, when this process looks for them. Call before threads start.
sources::source_options surroundings();

} // namespace flotilla::app
