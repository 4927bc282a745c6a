#pragma once

#include "actors/interfaces.hpp"

namespace flotilla::actors {

/// What nodes of a fleet may ask: passes questions on to the TOKEN actor, and gives out tokens
/// that end by themselves, never a password. A registry that takes nothing but Basic gets its
/// blobs from a single process.
token_actor::behavior_type token_desk(token_actor::pointer self, token_actor tokens);

} // namespace flotilla::actors
