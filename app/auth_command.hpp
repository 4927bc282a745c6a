#pragma once

#include "app/options.hpp"

namespace flotilla::app {

/// `auth check`: finds the credentials for a reference as a push would, has the registry answer for
/// them, and says what they allow. Writes nothing there: an upload that the registry opens is
/// cancelled. @returns the exit code: 0 only when we may push
int run_auth(const options& chosen);

} // namespace flotilla::app
