#pragma once

#include "app/options.hpp"

namespace flotilla::app {

/// `flotilla certs init|issue`: makes an authority or a certificate, and says where it lies and
/// which flags take it. @returns the exit code
int run_certs(const options& chosen);

} // namespace flotilla::app
