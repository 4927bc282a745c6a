#pragma once

#include "protocol/result.hpp"

namespace flotilla::app {

/// What the process tells its caller. A contract: scripts rely on the numbers (README, "Exit
/// codes").
enum exit_code : int {
  exit_done = 0,
  exit_internal = 1,
  exit_usage = 2,        ///< usage or configuration
  exit_source = 3,       ///< source invalid or unreadable
  exit_unauthorized = 4, ///< authentication or permission
  exit_refused = 5,      ///< refused by the registry
  exit_gave_up = 6,      ///< after the retry budget; running again continues
  exit_no_node = 7,      ///< no coordinator answers, or no node holds a needed blob
  exit_differs = 8,      ///< verification found a difference
  exit_interrupted = 130 ///< running again continues
};

constexpr exit_code exit_code_of(protocol::errc code) noexcept {
  switch (code) {
    case protocol::errc::none: return exit_done;
    case protocol::errc::malformed:
    case protocol::errc::usage: return exit_usage;
    case protocol::errc::source_invalid: return exit_source;
    case protocol::errc::unauthorized: return exit_unauthorized;
    case protocol::errc::incomplete:
    case protocol::errc::refused: return exit_refused;
    case protocol::errc::unavailable:
    case protocol::errc::gave_up: return exit_gave_up;
    case protocol::errc::no_node: return exit_no_node;
    case protocol::errc::differs: return exit_differs;
    case protocol::errc::interrupted: return exit_interrupted;
    case protocol::errc::internal: break;
  }
  return exit_internal;
}

} // namespace flotilla::app
