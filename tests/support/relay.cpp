#include "tests/support/relay.hpp"

#include "tests/support/port.hpp"

#include <array>
#include <chrono>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace flotilla::test {

namespace {

constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

/// A socket for that port of 127.0.0.1, after `use` (bind or connect); none when that fails.
template <class Function>
descriptor socket_for(std::uint16_t port, Function use) {
  descriptor made{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const int on = 1;
  ::setsockopt(made.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(made.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (use(made.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return descriptor{};
  return made;
}

bool send_all(int to, const char* bytes, std::size_t count) {
  while (count > 0) {
    const auto sent = ::send(to, bytes, count, MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    bytes += sent;
    count -= static_cast<std::size_t>(sent);
  }
  return true;
}

/// Whoever waits for that socket wakes up, and its end will be a reset.
void break_off(const descriptor& end) {
  const linger at_once{1, 0};
  ::setsockopt(end.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::shutdown(end.fd(), SHUT_RDWR);
}

} // namespace

relay::relay(std::uint16_t to) : to_(to) {
  for (int attempt = 0; attempt < 20 && listener_.fd() < 0; ++attempt) {
    port_ = free_port();
    open();
  }
  if (listener_.fd() < 0)
    throw std::runtime_error{"no free port for a relay"};
}

relay::~relay() {
  shut();
}

std::uint64_t relay::sent() const {
  const std::lock_guard guard{lock_};
  return sent_;
}

void relay::cut() {
  std::unique_lock guard{lock_};
  break_all(guard);
}

void relay::hold() {
  const std::lock_guard guard{lock_};
  held_ = true;
  changed_.notify_all();
}

void relay::hold_after(std::uint64_t bytes) {
  const std::lock_guard guard{lock_};
  hold_at_ = sent_ + bytes;
}

bool relay::wait_until_held() {
  std::unique_lock guard{lock_};
  return changed_.wait_for(guard, std::chrono::seconds{60}, [this] { return held_; });
}

void relay::release() {
  const std::lock_guard guard{lock_};
  held_ = false;
  hold_at_ = never;
  changed_.notify_all();
}

void relay::open() {
  if (acceptor_.joinable())
    return;
  listener_ = socket_for(port_, ::bind);
  if (listener_.fd() < 0 || ::listen(listener_.fd(), 512) != 0) {
    listener_ = descriptor{};
    return;
  }
  acceptor_ = std::thread{[this] { accept_all(); }};
}

void relay::shut() {
  if (acceptor_.joinable()) {
    ::shutdown(listener_.fd(), SHUT_RDWR);
    acceptor_.join();
    listener_ = descriptor{};
  }
  cut();
}

void relay::accept_all() {
  for (int fd = 0; (fd = ::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
    descriptor near{fd};
    auto far = socket_for(to_, ::connect);
    if (far.fd() < 0) {
      break_off(near);
      continue;
    }
    const std::lock_guard guard{lock_};
    auto& fresh = lines_.emplace_back();
    fresh.near = std::move(near);
    fresh.far = std::move(far);
    fresh.thread = std::thread{[this, &fresh] { carry(fresh); }};
  }
}

/// Until either side has ended, or the line is broken.
void relay::carry(line& on) {
  std::array<pollfd, 2> ends{{{on.near.fd(), POLLIN, 0}, {on.far.fd(), POLLIN, 0}}};
  bool open = true;
  while (open && may_pass(on) && ::poll(ends.data(), ends.size(), -1) > 0)
    for (const bool to_server : {true, false})
      if (open && ends.at(to_server ? 0 : 1).revents != 0)
        open = may_pass(on) && pass(on, to_server);
  const std::lock_guard guard{lock_};
  if (on.broken)
    return; // whoever broke it waits for us, and closes it
  for (auto* end : {&on.near, &on.far})
    ::shutdown(end->fd(), SHUT_RDWR);
}

bool relay::pass(line& on, bool to_server) {
  std::array<char, 64 << 10> buffer; // NOLINT(cppcoreguidelines-pro-type-member-init)
  const auto& from = to_server ? on.near : on.far;
  const auto got = ::recv(from.fd(), buffer.data(), buffer.size(), 0);
  if (got <= 0)
    return false;
  const auto count = static_cast<std::size_t>(got);
  if (!send_all((to_server ? on.far : on.near).fd(), buffer.data(), count))
    return false;
  if (!to_server)
    return true;
  const std::lock_guard guard{lock_};
  sent_ += count;
  if (sent_ >= hold_at_) {
    held_ = true;
    changed_.notify_all();
  }
  return true;
}

/// Waits while all is held. @returns false when the line was broken.
bool relay::may_pass(const line& on) {
  std::unique_lock guard{lock_};
  changed_.wait(guard, [&] { return on.broken || !held_; });
  return !on.broken;
}

void relay::break_all(std::unique_lock<std::mutex>& guard) {
  std::list<line> gone;
  gone.swap(lines_);
  for (auto& each : gone) {
    each.broken = true;
    break_off(each.near);
    break_off(each.far);
  }
  changed_.notify_all();
  guard.unlock();
  for (auto& each : gone)
    each.thread.join();
}

} // namespace flotilla::test
