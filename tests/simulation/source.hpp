#pragma once

#include "actors/interfaces.hpp"
#include "tests/simulation/scenario.hpp"

namespace flotilla::simulation {

/// Looks at the part of the model that one node has. @param of, @param what outlive it
actors::surveyor_actor::behavior_type paper_surveyor(actors::surveyor_actor::pointer self,
                                                     const model* of, const node_outfit* what);

/// Reads files that do not exist: each holds what its name promises.
actors::hasher_actor::behavior_type paper_hasher(actors::hasher_actor::pointer self);

} // namespace flotilla::simulation
