#pragma once

#include <string>

namespace flotilla::store {

/// Makes the directory, its parents too, if it is not there; for its owner alone. One that is there
/// stays as it is: somebody may have opened it to Prometheus, which reads targets.json.
/// @throws database_error
void make_state_dir(const std::string& dir);

} // namespace flotilla::store
