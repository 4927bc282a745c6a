#pragma once

#include <chrono>

namespace flotilla::app {

/// SIGINT and SIGTERM ask the push to stop; the second of them ends the process at once with 130.
/// SIGPIPE is ignored: a closed socket is an error like any other. Call first in `main`.
void watch_signals();

/// As if one of them had come. Any thread may call.
void interrupt() noexcept;

/// One of them has come. Any thread may ask.
bool is_interrupted() noexcept;

/// Waits until one of them comes.
void wait_for_signal();

/// The process has done its work: it ends with `code` after that time, whatever still holds it up.
/// Call once, at the end: CAF cannot be told to give up a connection that nobody answers, and waits
/// for it as long as the system tries, two minutes.
void leave_within(std::chrono::seconds patience, int code);

} // namespace flotilla::app
