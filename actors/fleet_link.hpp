#pragma once

#include "actors/interfaces.hpp"
#include "actors/system_config.hpp"
#include "protocol/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

#include <caf/io/middleman_actor.hpp>

namespace flotilla::actors {

/// The PEM files of fleet traffic: all of them, checked, or none. None is for loopback alone:
/// whoever reaches the port may command the fleet.
struct link_options {
  std::string ca;
  std::string cert;
  std::string key;

  bool is_secured() const noexcept {
    return !cert.empty();
  }
};

/// An actor system that talks to others.
class link_config : public system_config {
public:
  /// @param threads as of a `system_config`
  explicit link_config(const link_options& options, std::size_t threads = 1);
};

/// Lets others reach the coordinator.
/// @param address numeric, of this machine; @param port 0: any that is free
/// @returns the port, or errc::usage with the system's reason
protocol::result<std::uint16_t> publish(caf::actor_system& system, const coordinator_actor& whom,
                                        const std::string& address, std::uint16_t port,
                                        const link_options& options);

/// Who opens connections to other processes.
caf::io::middleman_actor line_of(caf::actor_system& system, const link_options& options);

} // namespace flotilla::actors
