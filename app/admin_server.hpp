#pragma once

#include "metrics/exposition.hpp"
#include "protocol/result.hpp"

#include <cstdint>
#include <memory>
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

/// What a process tells of itself over HTTP while it runs: `/metrics` for Prometheus, `/healthz`
/// (it lives), `/readyz` (it can do its work; else 503 with what it lacks), and `/status`, a JSON
/// object. It can be read, and takes no command.
///
/// Has threads of its own, and answers from what it was last told: asking never waits for others.
class admin_server {
public:
  /// Listens from here on, until it is destroyed.
  /// @param at HOST:PORT
  /// @param series all that are served
  /// @returns errc::usage when `at` is malformed, no address of this machine, or in use.
  static protocol::result<std::unique_ptr<admin_server>>
  start(const std::string& at, std::shared_ptr<const metrics::exposition> series);
  admin_server(const admin_server&) = delete;
  admin_server& operator=(const admin_server&) = delete;
  ~admin_server();

  std::uint16_t port() const noexcept;
  /// HOST:PORT under which others find it: where it listens on all addresses, by the host's name.
  std::string address() const;

  /// What `/status` answers: JSON on one line. Any thread.
  void set_status(std::string json);
  /// What the process lacks, a clause; empty: it is ready. Any thread. Ready unless told otherwise.
  void set_readiness(std::string lacks);

private:
  struct impl;
  explicit admin_server(std::unique_ptr<impl> ready);

  std::unique_ptr<impl> impl_;
};

} // namespace flotilla::app
