#include "actors/world.hpp"

#include "actors/system_config.hpp"

#include <random>

namespace flotilla::actors {

world::world()
  : dice([] { return static_cast<std::uint32_t>(std::random_device{}()); }),
    wall_clock([] { return std::chrono::system_clock::now(); }) {
}

const world& world_of(const caf::actor_system& system) {
  static const world of_the_machine;
  const auto* ours = dynamic_cast<const system_config*>(&system.config());
  return ours == nullptr ? of_the_machine : ours->outside;
}

} // namespace flotilla::actors
