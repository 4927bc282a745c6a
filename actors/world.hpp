#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include <caf/fwd.hpp>

namespace flotilla::actors {

/// What actors take from outside that is no message: chance, and the time of day. It belongs to the
/// configuration of their system, so whoever makes the system decides both. Any thread may call.
struct world {
  using moment = std::chrono::system_clock::time_point;

  world();

  std::function<std::uint32_t()> dice; ///< any number is as likely as any other
  std::function<moment()> wall_clock;  ///< may jump
};

/// That of the system; the machine's own where the system is not configured by a `system_config`.
const world& world_of(const caf::actor_system& system);

} // namespace flotilla::actors
