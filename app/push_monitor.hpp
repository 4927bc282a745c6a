#pragma once

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

  /// Always from the same thread, as is `conclude`.
  void update(const actors::push_status& status);
  /// The push has ended.
  void conclude(const actors::push_report& report);

private:
  push_monitor();

  std::shared_ptr<metrics::exposition> series_;
  metrics::push_metrics push_;
  std::unique_ptr<admin_server> server_;
};

} // namespace flotilla::app
