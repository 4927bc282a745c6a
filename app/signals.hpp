#pragma once

namespace flotilla::app {

/// SIGINT and SIGTERM ask the push to stop; the second of them ends the process at once with 130.
/// SIGPIPE is ignored: a closed socket is an error like any other. Call first in `main`.
void watch_signals();

/// One of them has come. Any thread may ask.
bool is_interrupted() noexcept;

/// Waits until one of them comes.
void wait_for_signal();

} // namespace flotilla::app
