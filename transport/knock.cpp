#include "transport/knock.hpp"

#include "protocol/text.hpp"
#include "transport/unique_fd.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>

namespace flotilla::transport {

namespace {

using clock = std::chrono::steady_clock;

struct free_addresses {
  void operator()(addrinfo* list) const noexcept {
    ::freeaddrinfo(list);
  }
};

std::string reason(int error) {
  return std::generic_category().message(error);
}

/// Waits until the connection stands. @returns an errno, or 0
int await(int socket, clock::time_point until) {
  pollfd watched{socket, POLLOUT, 0};
  for (;;) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - clock::now()).count();
    if (left <= 0)
      return ETIMEDOUT;
    auto ready = ::poll(&watched, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
    if (ready < 0 && errno != EINTR)
      return errno;
    if (ready <= 0)
      continue;
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
  }
}

int try_one(const addrinfo& at, clock::time_point until) {
  const unique_fd socket{
    ::socket(at.ai_family, at.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, at.ai_protocol)};
  if (!socket)
    return errno;
  if (::connect(socket.value(), at.ai_addr, at.ai_addrlen) == 0)
    return 0;
  return errno == EINPROGRESS ? await(socket.value(), until) : errno;
}

} // namespace

protocol::failure knock(const std::string& host, std::uint16_t port,
                        std::chrono::milliseconds patience) {
  auto where = protocol::printable(host, 120) + ':' + std::to_string(port);
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (auto error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
      error != 0)
    return {protocol::errc::unavailable, where + ": " + ::gai_strerror(error), {}};
  const std::unique_ptr<addrinfo, free_addresses> addresses{found};
  const auto until = clock::now() + patience;
  int error = ETIMEDOUT;
  for (const auto* at = addresses.get(); at != nullptr; at = at->ai_next)
    if (error = try_one(*at, until); error == 0)
      return {};
  return {protocol::errc::unavailable, where + ": " + reason(error), {}};
}

} // namespace flotilla::transport
