#pragma once

#include <chrono>
#include <cstdint>

namespace flotilla::test {

/// A TCP port of 127.0.0.1 that nobody listens on, below the range from which the system takes
/// ports for outgoing connections: a server may stop and come back without losing it.
/// @throws std::runtime_error when there is none.
std::uint16_t free_port();

/// Whether somebody accepts connections on that port of 127.0.0.1.
bool answers(std::uint16_t port);

/// Waits until somebody does.
bool wait_for_port(std::uint16_t port, std::chrono::milliseconds limit = std::chrono::seconds(30));

} // namespace flotilla::test
