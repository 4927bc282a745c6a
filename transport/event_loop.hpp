#pragma once

#include "transport/clock.hpp"
#include "transport/curl_handles.hpp"
#include "transport/unique_fd.hpp"

#include <optional>
#include <unordered_map>

namespace flotilla::transport {

/// What the CURLOPT_PRIVATE of every handle in an event loop points to.
struct wire {
  /// The last that curl began to watch for the handle; none yet: CURL_SOCKET_BAD. Not always its
  /// connection: names are looked up, and addresses tried, by other sockets.
  curl_socket_t socket = CURL_SOCKET_BAD;
};

/// Waits with epoll for all of curl's sockets and timers at once, and drives curl when one is
/// ready. One thread owns it; only `wake` may be called by others.
class event_loop {
public:
  struct finished {
    CURL* easy;
    CURLcode code;
  };

  /// @param connections kept open when idle
  explicit event_loop(long connections);
  event_loop(const event_loop&) = delete;
  event_loop& operator=(const event_loop&) = delete;
  ~event_loop();

  /// Whether the system had the descriptors and the memory for it.
  bool usable() const noexcept {
    return multi_ && epoll_ && wakeup_;
  }

  /// @param easy with a `wire` that outlives its stay
  CURLMcode add(CURL* easy);
  void remove(CURL* easy) {
    curl_multi_remove_handle(multi_.get(), easy);
  }

  /// Waits for something to happen, until `latest` at most, and handles what did.
  void turn(std::optional<time_point> latest);

  /// A transfer that has come to its end since the last call; it must be removed.
  std::optional<finished> next_finished();

  /// Ends the wait of this or the next `turn`.
  void wake() noexcept;

private:
  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* known);
  static curl_socket_t on_open(void* self, curlsocktype, curl_sockaddr* address);
  static int on_timer(CURLM*, long milliseconds, void* self);

  void watch(curl_socket_t socket, unsigned events);
  void handle(int descriptor, unsigned events);

  unique_fd epoll_;
  unique_fd wakeup_;
  /// What curl waits for on which socket: epoll's events. Epoll itself may know of more: a socket
  /// that is watched no longer is taken out when it stirs, or by closing it.
  std::unordered_map<curl_socket_t, unsigned> watched_;
  multi_handle multi_;
  std::optional<time_point> timer_; ///< when curl wants to be called
};

} // namespace flotilla::transport
