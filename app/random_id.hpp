#pragma once

#include <string>

namespace flotilla::app {

/// A random UUID of the kernel's, another one at every call. Any thread.
std::string random_id();

} // namespace flotilla::app
