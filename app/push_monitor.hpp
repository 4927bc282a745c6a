#pragma once

#include "actors/exchange_watch.hpp"
#include "actors/status.hpp"
#include "app/admin_server.hpp"
#include "metrics/push_metrics.hpp"

#include <memory>
#include <string>

namespace flotilla::app {

/// What a push in this process serves under `--admin`: its metrics, and as `/status` its last
/// `progress` event.
class push_monitor {
public:
  /// @returns as `admin_server::start`
  static protocol::result<std::unique_ptr<push_monitor>> start(const std::string& at);

  std::uint16_t port() const noexcept {
    return server_->port();
  }

  /// Counts the requests of the process.
  std::shared_ptr<actors::exchange_watch> requests() const noexcept {
    return requests_;
  }

  /// Always from the same thread, as is `conclude`.
  void update(const actors::push_status& status);
  /// The push has ended.
  void conclude(const actors::push_report& report);

private:
  push_monitor();

  std::shared_ptr<metrics::exposition> series_;
  metrics::push_metrics push_;
  std::shared_ptr<actors::exchange_watch> requests_;
  std::unique_ptr<admin_server> server_;
};

} // namespace flotilla::app
