#pragma once

#include "actors/fleet_link.hpp"
#include "app/options.hpp"
#include "protocol/result.hpp"

#include <cstdint>
#include <string>

namespace flotilla::app {

/// A place in fleet traffic, and the papers that we show there.
struct fleet_peer {
  std::string host; ///< as given
  std::uint16_t port = 0;
  actors::link_options link;
};

/// Reads HOST:PORT of a flag and checks the certificate files. Off loopback there is no fleet
/// traffic without certificates: whoever reaches an open port may command the fleet.
/// @returns errc::usage, with how certificates are made
protocol::result<fleet_peer> read_fleet_peer(const options& chosen, const std::string& text,
                                             const std::string& flag);

/// The address of this machine that a name or number stands for, as a number.
/// @returns errc::usage with the resolver's reason
protocol::result<std::string> numeric_address(const std::string& host);

} // namespace flotilla::app
