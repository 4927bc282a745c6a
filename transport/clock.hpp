#pragma once

#include <chrono>

namespace flotilla::transport {

/// Time that never jumps. Whatever can be tested without waiting is told a `time_point` and reads
/// no clock.
using clock = std::chrono::steady_clock;
using time_point = clock::time_point;

} // namespace flotilla::transport
