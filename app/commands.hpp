#pragma once

#include "app/options.hpp"

namespace flotilla::app {

/// `push`, `plan` and `verify`: one source, one reference. @returns the exit code.
int run_push(const options& chosen);

int run_version(const options& chosen);
int run_completion(const options& chosen);

} // namespace flotilla::app
