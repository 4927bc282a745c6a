#pragma once

#include "protocol/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace flotilla::transport {

/// Tries whether somebody takes connections at a place, and hangs up at once. Resolves the name
/// anew each time, and tries its addresses one after the other. Blocks: in the name's resolution
/// for as long as the system's resolver takes, and then for at most `patience`.
/// @returns errc::none, or errc::unavailable with what the system says
protocol::failure knock(const std::string& host, std::uint16_t port,
                        std::chrono::milliseconds patience);

} // namespace flotilla::transport
