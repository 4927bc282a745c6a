#pragma once

#include "app/web_server.hpp"
#include "metrics/exposition.hpp"
#include "protocol/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace flotilla::app {

/// What a process tells of itself over HTTP while it runs: `/metrics` for Prometheus, `/healthz`
/// (it lives), `/readyz` (it can do its work; else 503 with what it lacks), and `/status`, a JSON
/// object. It can be read, and takes no command.
///
/// Has a thread of its own, and answers from what it was last told: asking never waits for others.
class admin_server {
public:
  /// What else is served: nothing where it does not know the path. Runs on the server's thread, and
  /// answers at once.
  using extension = std::function<std::optional<web_answer>(const web_request&)>;

  /// Listens from here on, until it is destroyed.
  /// @param at HOST:PORT
  /// @param series all that are served
  /// @returns errc::usage when `at` is malformed, no address of this machine, or in use.
  static protocol::result<std::unique_ptr<admin_server>>
  start(const std::string& at, std::shared_ptr<const metrics::exposition> series,
        extension more = {});
  admin_server(const admin_server&) = delete;
  admin_server& operator=(const admin_server&) = delete;
  ~admin_server();

  std::uint16_t port() const noexcept;
  /// HOST:PORT under which others find it: where it listens on all addresses, by the host's name.
  std::string address() const;

  /// What `/status` answers: JSON on one line. Any thread.
  void set_status(std::string json);
  /// Sends an event to all streams that `more` has begun. Any thread.
  void publish(std::string event);
  /// What the process lacks, a clause; empty: it is ready. Any thread. Ready unless told otherwise.
  void set_readiness(std::string lacks);

private:
  struct impl;
  explicit admin_server(std::unique_ptr<impl> ready);

  std::unique_ptr<impl> impl_;
};

} // namespace flotilla::app
