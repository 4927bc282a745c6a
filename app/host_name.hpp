#pragma once

#include <string>

namespace flotilla::app {

/// Of this machine, as it calls itself; empty where it does not say.
std::string host_name();

} // namespace flotilla::app
