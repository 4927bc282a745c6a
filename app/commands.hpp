#pragma once

#include "app/options.hpp"

// Each runs one command from its beginning to its end, and returns the exit code.

namespace flotilla::app {

/// `push`, `plan` and `verify`: one source, one reference, in this process.
int run_push(const options& chosen);
/// `push --coordinator`: hands the push to a fleet, and follows it.
int run_fleet_push(const options& chosen);
/// `status`, `cancel`, `pause`, `resume` and `limit`.
int run_remote(const options& chosen);

/// The processes of a fleet: until they are told to stop.
int run_coordinator(const options& chosen);
int run_worker(const options& chosen);

int run_version(const options& chosen);
int run_completion(const options& chosen);
int run_manual(const options& chosen);

} // namespace flotilla::app
