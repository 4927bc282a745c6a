#pragma once

#include "actors/status.hpp"
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

/// What a process tells of itself over HTTP while it runs: `/metrics` for Prometheus (text format
/// 0.0.4), `/healthz`, and `/status`, the push's last status as JSON. It can be read, and takes no
/// command.
///
/// Has threads of its own, and answers from what it was last told: asking never waits for a push.
class admin_server {
public:
  /// Listens from here on, until it is destroyed.
  /// @param at HOST:PORT
  /// @returns errc::usage when `at` is malformed, no address of this machine, or in use.
  static protocol::result<std::unique_ptr<admin_server>> start(const std::string& at);
  admin_server(const admin_server&) = delete;
  admin_server& operator=(const admin_server&) = delete;
  ~admin_server();

  std::uint16_t port() const noexcept;

  /// Always from the same thread, as is `conclude`.
  void update(const actors::push_status& status);
  /// The push has ended.
  void conclude(const actors::push_report& report);

private:
  struct impl;
  explicit admin_server(std::unique_ptr<impl> ready);

  std::unique_ptr<impl> impl_;
};

} // namespace flotilla::app
