#pragma once

#include <arpa/inet.h>
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace flotilla::test {

/// One accepted connection of a `raw_server`, to read and write what no proper server would.
class raw_connection {
public:
  raw_connection(int fd, int number) : fd_(fd), number_(number) {
  }

  int fd() const noexcept {
    return fd_;
  }
  int number() const noexcept { ///< 0 for the first that the server accepted
    return number_;
  }
  /// Reads up to the empty line that ends a request's head, or to the end of the stream.
  std::string read_head() {
    std::string head;
    char byte = 0;
    while (head.find("\r\n\r\n") == std::string::npos && ::recv(fd_, &byte, 1, 0) == 1)
      head += byte;
    return head;
  }
  /// Reads so many bytes, fewer only at the end of the stream.
  std::string read(std::size_t bytes) {
    std::string text(bytes, '\0');
    if (bytes == 0)
      return text;
    const auto got = ::recv(fd_, text.data(), bytes, MSG_WAITALL);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
  }
  /// Reads and drops everything, until the other side has closed.
  void drain() {
    char buffer[64 << 10];
    while (::recv(fd_, buffer, sizeof buffer, 0) > 0) {
    }
  }
  /// @returns false when the other side takes no more.
  bool send(std::string_view text) {
    while (!text.empty()) {
      const auto sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0)
        return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// Sends no more; the other side sees the end of the stream.
  void finish() {
    ::shutdown(fd_, SHUT_WR);
  }
  /// Makes the end of the connection a reset.
  void reset_at_end() {
    const linger at_once{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }

private:
  int fd_;
  int number_;
};

/// Accepts connections on a free port of 127.0.0.1 and runs `serve` for each, on a thread of its
/// own; then the connection is closed. The destructor breaks all connections and waits.
class raw_server {
public:
  using handler = std::function<void(raw_connection&)>;

  explicit raw_server(handler serve) : serve_(std::move(serve)), listener_(listen()) {
    acceptor_ = std::thread{[this] { accept_all(); }};
  }
  ~raw_server() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
      const std::lock_guard guard{lock_};
      for (const int fd : open_)
        ::shutdown(fd, SHUT_RDWR);
    }
    for (auto& x : threads_)
      x.join();
    ::close(listener_);
  }
  raw_server(const raw_server&) = delete;
  raw_server& operator=(const raw_server&) = delete;

  std::uint16_t port() const noexcept {
    return port_;
  }
  std::string address() const { ///< `127.0.0.1:PORT`
    return "127.0.0.1:" + std::to_string(port_);
  }
  int connections() const noexcept { ///< accepted so far
    return accepted_;
  }

private:
  int listen() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    auto* address = reinterpret_cast<sockaddr*>(&here);
    if (::bind(fd, address, size) != 0 || ::listen(fd, 512) != 0
        || ::getsockname(fd, address, &size) != 0)
      throw std::runtime_error{"no free port on loopback"};
    port_ = ntohs(here.sin_port);
    return fd;
  }
  void accept_all() {
    for (int fd = 0; (fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
      const std::lock_guard guard{lock_};
      open_.push_back(fd);
      threads_.emplace_back([this, fd, number = accepted_++] { serve_one(fd, number); });
    }
  }
  void serve_one(int fd, int number) {
    raw_connection connection{fd, number};
    serve_(connection);
    const std::lock_guard guard{lock_};
    for (auto it = open_.begin(); it != open_.end(); ++it)
      if (*it == fd) {
        open_.erase(it);
        break;
      }
    ::close(fd);
  }

  handler serve_;
  std::uint16_t port_ = 0;
  int listener_;
  std::atomic<int> accepted_{0};
  std::mutex lock_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

} // namespace flotilla::test
