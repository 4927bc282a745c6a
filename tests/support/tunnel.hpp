#pragma once

#include "tests/support/raw_server.hpp"

#include <cstdint>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include <poll.h>

namespace flotilla::test {

/// An HTTP proxy that takes every host for one server on loopback: CONNECT leads there. So a name
/// of the world can be ours for the time of a test, without its resolver. Any thread may call.
class tunnel {
public:
  /// @param to the server's port on 127.0.0.1
  explicit tunnel(std::uint16_t to)
    : to_(to), server_{[this](raw_connection& connection) { serve(connection); }} {
  }
  std::string address() const { ///< for `https_proxy`
    return "http://" + server_.address();
  }
  /// Where clients wanted to go: `registry.example:443`.
  std::vector<std::string> targets() {
    const std::lock_guard guard{lock_};
    return targets_;
  }

private:
  void serve(raw_connection& connection) {
    std::istringstream head{connection.read_head()};
    std::string method;
    std::string target;
    head >> method >> target;
    {
      const std::lock_guard guard{lock_};
      targets_.push_back(target);
    }
    const int far = method == "CONNECT" ? connect() : -1;
    if (far >= 0 && connection.send("HTTP/1.1 200 So\r\n\r\n"))
      relay(connection.fd(), far);
    if (far >= 0)
      ::close(far);
  }
  int connect() const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in there{};
    there.sin_family = AF_INET;
    there.sin_port = htons(to_);
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&there), sizeof there) == 0)
      return fd;
    ::close(fd);
    return -1;
  }
  /// Until either side has ended.
  static void relay(int a, int b) {
    pollfd ends[] = {{a, POLLIN, 0}, {b, POLLIN, 0}};
    while (::poll(ends, 2, -1) > 0)
      for (int i : {0, 1})
        if (ends[i].revents != 0 && !pass_on(ends[i].fd, ends[1 - i].fd))
          return;
  }
  static bool pass_on(int from, int to) {
    char buffer[64 << 10];
    const auto got = ::recv(from, buffer, sizeof buffer, 0);
    for (ssize_t sent = 0; sent < got;) {
      const auto more
        = ::send(to, buffer + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
      if (more <= 0)
        return false;
      sent += more;
    }
    return got > 0;
  }

  const std::uint16_t to_;
  std::mutex lock_;
  std::vector<std::string> targets_; ///< under `lock_`
  raw_server server_;                ///< last: its threads use the others
};

} // namespace flotilla::test
