#pragma once

#include <string>

namespace flotilla::store {

/// Makes the directory, its parents too, if it is not there; for its owner alone.
/// @throws database_error
void make_state_dir(const std::string& dir);

} // namespace flotilla::store
