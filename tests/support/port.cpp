#include "tests/support/port.hpp"

#include <random>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace flotilla::test {

namespace {

/// Calls `use` (bind or connect) with a new socket and that port of 127.0.0.1.
template <class Function>
bool with_socket(Function use, std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return false;
  const int on = 1; // a port that lies in TIME_WAIT is free for a server
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool done = use(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return done;
}

} // namespace

std::uint16_t free_port() {
  std::random_device dice;
  std::uniform_int_distribution<unsigned> ports(20000, 31999);
  for (int attempt = 0; attempt < 1000; ++attempt) {
    const auto port = static_cast<std::uint16_t>(ports(dice));
    if (with_socket(::bind, port))
      return port;
  }
  throw std::runtime_error("no free port from 20000 to 31999");
}

bool answers(std::uint16_t port) {
  return with_socket(::connect, port);
}

bool wait_for_port(std::uint16_t port, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!answers(port)) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

} // namespace flotilla::test
