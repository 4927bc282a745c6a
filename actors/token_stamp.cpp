#include "actors/token_stamp.hpp"

#include <random>

namespace flotilla::actors {

protocol::token_stamp new_token_stamp() {
  protocol::token_stamp stamp;
  // The registry compares it with its own time of day, so no steady clock will do.
  stamp.now = std::chrono::duration_cast<std::chrono::seconds>(
    std::chrono::system_clock::now().time_since_epoch());
  std::random_device dice;
  for (auto& byte : stamp.nonce)
    byte = static_cast<std::uint8_t>(dice());
  return stamp;
}

} // namespace flotilla::actors
