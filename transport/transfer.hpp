#pragma once

#include "protocol/http.hpp"
#include "protocol/url.hpp"
#include "transport/bandwidth_gate.hpp"
#include "transport/body_reader.hpp"
#include "transport/curl_engine.hpp"
#include "transport/curl_handles.hpp"
#include "transport/engine_meters.hpp"
#include "transport/engine_options.hpp"
#include "transport/event_loop.hpp"
#include "transport/progress_clock.hpp"
#include "transport/proxy_names.hpp"
#include "transport/response_sink.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace flotilla::transport {

/// What all transfers of an engine share.
struct surroundings {
  const engine_options& options;
  const proxy_names& proxies;
  bandwidth_gate& gate;
  engine_meters& meters;
};

/// A request and those who wait for it.
struct order {
  protocol::http_request request;
  curl_engine::on_done done;
  curl_engine::on_sent sent;
  std::optional<protocol::failure> cancelled{}; ///< why, before it could be started
};

/// One exchange on one curl handle: sets the handle up, feeds it the body, collects the answer and
/// says how it ended. Stays at its place in memory, for curl points to it. Engine's thread only.
///
/// Life: `prepare`, then the handle runs in an event loop, then `outcome` once.
class transfer {
public:
  /// @param easy fresh or reset
  transfer(order what, surroundings around, easy_handle easy);
  transfer(const transfer&) = delete;
  transfer& operator=(const transfer&) = delete;
  ~transfer();

  /// Opens the body and sets the handle up.
  /// @returns why the request cannot be sent at all.
  std::optional<protocol::failure> prepare();

  CURL* easy() const noexcept {
    return easy_.get();
  }
  const protocol::http_request& request() const noexcept {
    return order_.request;
  }
  /// Ends the life of the transfer on that handle, which must have left the event loop.
  easy_handle give_back_handle();

  /// A kept connection may turn out to be dead only when something is sent on it. Curl tries again
  /// by itself if it finds out while reading; this is for when it finds out while writing.
  /// @returns true once at most, when the same handle may run once more.
  bool try_again_after(CURLcode code);

  /// Whether the exchange has stood still for too long.
  progress_clock::verdict check(time_point now);

  protocol::http_outcome outcome(CURLcode code);
  protocol::http_outcome outcome(progress_clock::verdict verdict);
  protocol::http_outcome outcome(protocol::failure why) const;

  void count_connections();
  const curl_engine::on_done& done() const noexcept {
    return order_.done;
  }

private:
  static int on_begin(void* self, char*, char*, int, int);
  static std::size_t on_read(char* to, std::size_t size, std::size_t count, void* self);
  static int on_seek(void* self, curl_off_t offset, int origin);
  static std::size_t on_header(char* from, std::size_t size, std::size_t count, void* self);
  static std::size_t on_write(char* from, std::size_t size, std::size_t count, void* self);

  void set_callbacks();
  std::size_t read(char* to, std::size_t room);
  bool may_bypass_curl() const;
  std::uint64_t send_past_curl();
  void note_read(std::size_t bytes, time_point now);
  bool header(std::string_view line);
  bool is_answered() const noexcept;
  protocol::failure reason(CURLcode code) const;
  std::uint64_t written() const;
  curl_socket_t connection() const;
  std::uint64_t queued_bytes() const;

  order order_;
  surroundings around_;
  easy_handle easy_;
  field_list fields_;
  protocol::url target_;
  std::optional<body_reader> body_;
  response_sink sink_;
  progress_clock clock_;
  bandwidth_gate::ticket ticket_;
  time_point reported_{};                 ///< when `sent` was told last
  std::chrono::nanoseconds disk_time_{0}; ///< already counted
  wire wire_;
  int local_port_ = 0;          ///< of the connection in use
  std::uint64_t past_curl_ = 0; ///< body bytes that curl knows nothing of
  bool begun_ = false;          ///< the connection stood at least once
  bool tried_again_ = false;
  bool body_left_ = false; ///< to its last byte
  std::array<char, CURL_ERROR_SIZE> error_{};
};

} // namespace flotilla::transport
