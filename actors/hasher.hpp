#pragma once

#include "actors/interfaces.hpp"

namespace flotilla::actors {

/// Reads files, or parts of them, and hashes them; or only looks at them. Spawn it detached: it
/// blocks while it reads.
hasher_actor::behavior_type hasher(hasher_actor::pointer self);

} // namespace flotilla::actors
