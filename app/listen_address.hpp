#pragma once

#include "protocol/result.hpp"

#include <cstdint>
#include <string>

namespace flotilla::app {

/// Where a server listens, e.g. `127.0.0.1:9090` or `[::1]:0`.
struct listen_address {
  std::string host;       ///< without brackets
  std::uint16_t port = 0; ///< 0: any that is free
};
/// @returns errc::usage for what is no HOST:PORT.
protocol::result<listen_address> parse_listen_address(const std::string& text,
                                                      const std::string& flag = "--admin");

} // namespace flotilla::app
