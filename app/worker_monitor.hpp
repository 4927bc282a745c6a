#pragma once

#include "actors/exchange_watch.hpp"
#include "actors/interfaces.hpp"
#include "app/admin_server.hpp"

#include <memory>
#include <string>

namespace flotilla::app {

/// What a worker serves under `--admin`: its own metrics, and as `/status` {`version`, `name`,
/// `joined`}. It is ready while the coordinator knows it. Looks once a second.
class worker_monitor {
public:
  /// What does not change about the worker.
  struct limits {
    std::string name;
    std::uint32_t uploads = 32; ///< bodies at once
    std::uint32_t checks = 128; ///< likewise
  };
  /// @returns as `admin_server::start`
  static protocol::result<std::unique_ptr<worker_monitor>> start(const std::string& at,
                                                                 const limits& of);
  std::uint16_t port() const noexcept;
  /// Counts the requests of the process.
  std::shared_ptr<actors::exchange_watch> requests() const noexcept;
  /// HOST:PORT, for whoever reads its metrics.
  std::string address() const;

  /// The actor that watches these from here on, until it is told to exit. Once.
  caf::actor watch(caf::actor_system& system, actors::membership_actor membership,
                   actors::http_actor http);

private:
  struct desk;
  explicit worker_monitor(std::shared_ptr<desk> ready);

  std::shared_ptr<desk> desk_; ///< its actor has it, too
};

} // namespace flotilla::app
