#pragma once

#include "actors/world.hpp"
#include "protocol/ollama_token.hpp"

namespace flotilla::actors {

/// For a request that is signed now: the time of day, and a nonce that no other has. Any thread.
protocol::token_stamp new_token_stamp(const world& outside);

} // namespace flotilla::actors
