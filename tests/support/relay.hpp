#pragma once

#include "tests/support/channel.hpp"

#include <condition_variable>
#include <cstdint>
#include <limits>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace flotilla::test {

/// The way to one server on loopback: bytes pass unchanged, are counted, and stop when a test wants
/// it. Any thread may call.
class relay {
public:
  /// @param to the server's port on 127.0.0.1; it need not listen yet
  /// @throws std::runtime_error when no port is free.
  explicit relay(std::uint16_t to);
  ~relay();
  relay(const relay&) = delete;
  relay& operator=(const relay&) = delete;

  std::uint16_t port() const noexcept {
    return port_;
  }
  std::string address() const { ///< `127.0.0.1:PORT`
    return "127.0.0.1:" + std::to_string(port_);
  }
  std::uint64_t sent() const; ///< bytes that have gone to the server

  /// Breaks every connection, by a reset; the next may come.
  void cut();
  /// From now on nothing passes in either direction, and nobody is told.
  void hold();
  /// The same as soon as so many bytes more have gone to the server.
  void hold_after(std::uint64_t bytes);
  /// Waits until that has happened. @returns false when the time was up.
  bool wait_until_held();
  /// What was held goes on its way.
  void release();

  /// Nobody listens here any more, and every connection breaks: as when the server has died.
  void shut();
  /// Somebody does again.
  void open();

private:
  struct line {
    descriptor near, far; ///< the client's, the server's
    bool broken = false;
    std::thread thread;
  };

  void accept_all();
  void carry(line& on);
  bool pass(line& on, bool to_server);
  bool may_pass(const line& on);
  void break_all(std::unique_lock<std::mutex>& guard);

  const std::uint16_t to_;
  std::uint16_t port_ = 0;
  descriptor listener_;
  std::thread acceptor_;

  mutable std::mutex lock_; // all below
  std::condition_variable changed_;
  std::list<line> lines_;
  std::uint64_t sent_ = 0;
  std::uint64_t hold_at_ = std::numeric_limits<std::uint64_t>::max();
  bool held_ = false;
};

} // namespace flotilla::test
