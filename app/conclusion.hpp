#pragma once

#include "app/options.hpp"
#include "app/report.hpp"

namespace flotilla::app {

/// The last word of a command that did not get as far as a push. @returns the exit code
int refuse(const options& chosen, const protocol::failure& why);

/// The last word of a push, a plan or a verification, as text or as JSON.
/// @param rate bytes per second of earlier pushes to the registry; 0: not known
/// @returns the exit code
int conclude(const options& chosen, const outcome& of, double rate);

} // namespace flotilla::app
