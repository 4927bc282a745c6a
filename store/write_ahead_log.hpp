#pragma once

#include <string>

namespace flotilla::store {

/// What SQLite would pass over in silence when it opens the database at `path`: a log (`PATH-wal`)
/// that it cannot read or that has no database is dropped, and what was committed to it with it.
/// The database alone cannot be trusted either, for a part of the log may have been copied into it.
/// @returns a few words on the damage; empty when there is none. A log that a power cut has left
///          behind at its birth (too short for a header, or zeros) holds nothing, and is none.
std::string log_damage(const std::string& path);

} // namespace flotilla::store
