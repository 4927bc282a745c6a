#include "actors/fleet_link.hpp"

#include <caf/io/all.hpp>
#include <caf/openssl/all.hpp>

#include <vector>

namespace flotilla::actors {

namespace {

// A peer that is cut off silently is noticed by these alone. All processes need the same: one that
// sends no heartbeats is cut.
constexpr caf::timespan heartbeat_interval = std::chrono::seconds{1};
constexpr caf::timespan connection_timeout = std::chrono::seconds{5};

} // namespace

link_config::link_config(const link_options& options, std::size_t threads)
  : system_config(threads) {
  set("middleman.app-identifiers", std::vector<std::string>{"flotilla"});
  set("middleman.heartbeat-interval", heartbeat_interval);
  set("middleman.connection-timeout", connection_timeout);
  load<caf::io::middleman>();
  if (!options.is_secured())
    return;
  load<caf::openssl::manager>();
  set("openssl.certificate", options.cert);
  set("openssl.key", options.key);
  set("openssl.cafile", options.ca);
}

protocol::result<std::uint16_t> publish(caf::actor_system& system, const coordinator_actor& whom,
                                        const std::string& address, std::uint16_t port,
                                        const link_options& options) {
  auto bound = options.is_secured() ? caf::openssl::publish(whom, port, address.c_str(), true)
                                    : system.middleman().publish(whom, port, address.c_str(), true);
  if (bound)
    return *bound;
  return protocol::failure{protocol::errc::usage,
                           "cannot listen on " + address + ':' + std::to_string(port) + ": "
                             + system.render(bound.error()),
                           "another coordinator may run there; --listen names the place"};
}

caf::io::middleman_actor line_of(caf::actor_system& system, const link_options& options) {
  return options.is_secured() ? system.openssl_manager().actor_handle()
                              : system.middleman().actor_handle();
}

} // namespace flotilla::actors
