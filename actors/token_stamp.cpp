#include "actors/token_stamp.hpp"

namespace flotilla::actors {

protocol::token_stamp new_token_stamp(const world& outside) {
  protocol::token_stamp stamp;
  // The registry compares it with its own time of day, so no steady clock will do.
  stamp.now
    = std::chrono::duration_cast<std::chrono::seconds>(outside.wall_clock().time_since_epoch());
  for (auto& byte : stamp.nonce)
    byte = static_cast<std::uint8_t>(outside.dice());
  return stamp;
}

} // namespace flotilla::actors
