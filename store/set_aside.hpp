#pragma once

#include <ctime>
#include <string>

namespace flotilla::store {

/// Renames a database and what SQLite keeps beside it, so that a new one can be begun while the old
/// one can still be looked at: PATH becomes `PATH.LABEL-20260131T235959Z`, with `-2`, `-3`... when
/// that is taken. Replaces nothing.
/// @param now Unix time in seconds; the name has it in UTC
/// @returns the new path
/// @throws database_error
std::string set_aside(const std::string& path, const std::string& label, std::time_t now);

} // namespace flotilla::store
