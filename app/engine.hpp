#pragma once

#include "app/options.hpp"

namespace flotilla::app {

/// How this process reaches registries, by its flags.
transport::engine_options make_engine(const options& chosen);

} // namespace flotilla::app
