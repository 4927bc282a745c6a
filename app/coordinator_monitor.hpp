#pragma once

#include "actors/exchange_watch.hpp"
#include "actors/interfaces.hpp"
#include "app/admin_server.hpp"
#include "app/recent_log.hpp"

#include <memory>
#include <string>

namespace flotilla::app {

/// What a coordinator serves under `--admin`: metrics of its pushes and nodes, and as `/status`
/// {`version`, `pushes`, `nodes`}, the objects of `flotilla status --json`, of nodes with what they
/// do. Asks the coordinator once a second; it is not ready while that does not answer. And a page
/// for people: see `coordinator_page`.
///
/// Keeps a list of all metrics' addresses, its own among them, as Prometheus' file_sd reads it
/// (prometheus.io, "file_sd_config").
class coordinator_monitor {
public:
  /// @param targets path of that list; empty: none is kept
  /// @param log whose last lines the page shows; null: none
  /// @returns as `admin_server::start`
  static protocol::result<std::unique_ptr<coordinator_monitor>>
  start(const std::string& at, std::string targets, std::shared_ptr<recent_log> log = nullptr);
  std::uint16_t port() const noexcept;
  /// Counts the requests of the process.
  std::shared_ptr<actors::exchange_watch> requests() const noexcept;

  /// Whom it asks.
  struct watched {
    actors::coordinator_actor head;
    actors::journal_actor journal;
    actors::token_office_actor tokens;
  };
  /// The actor that watches them from here on, until it is told to exit. Once.
  caf::actor watch(caf::actor_system& system, watched whom);

private:
  struct desk;
  class asker;
  explicit coordinator_monitor(std::shared_ptr<desk> ready);

  std::shared_ptr<desk> desk_; ///< its actor has it, too
};

/// The content of that list: a group for each job, `flotilla-coordinator` and `flotilla-worker`.
/// @param own the coordinator's address
std::string prometheus_targets(const std::string& own,
                               const std::vector<actors::node_overview>& nodes);

} // namespace flotilla::app
