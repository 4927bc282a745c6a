#pragma once

#include "actors/interfaces.hpp"
#include "app/admin_server.hpp"

#include <memory>
#include <string>

namespace flotilla::app {

/// What a coordinator serves under `--admin`: metrics of its pushes and nodes, and as `/status`
/// {`version`, `pushes`, `nodes`}, the objects of `flotilla status --json`. Asks the coordinator
/// once a second; it is not ready while that does not answer.
///
/// Keeps a list of all metrics' addresses, its own among them, as Prometheus' file_sd reads it
/// (prometheus.io, "file_sd_config").
class coordinator_monitor {
public:
  /// @param targets path of that list; empty: none is kept
  /// @returns as `admin_server::start`
  static protocol::result<std::unique_ptr<coordinator_monitor>> start(const std::string& at,
                                                                      std::string targets);
  std::uint16_t port() const noexcept;

  /// The actor that watches `head` from here on, until it is told to exit. Once.
  caf::actor watch(caf::actor_system& system, actors::coordinator_actor head);

private:
  struct desk;
  explicit coordinator_monitor(std::shared_ptr<desk> ready);

  std::shared_ptr<desk> desk_; ///< its actor has it, too
};

/// The content of that list: a group for each job, `flotilla-coordinator` and `flotilla-worker`.
/// @param own the coordinator's address
std::string prometheus_targets(const std::string& own,
                               const std::vector<actors::node_overview>& nodes);

} // namespace flotilla::app
