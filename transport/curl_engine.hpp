#pragma once

#include "protocol/http.hpp"
#include "transport/engine_options.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace flotilla::transport {

/// What the engine has done since it started. Any thread may read.
struct engine_counters {
  std::uint64_t body_bytes = 0;  ///< handed to the network, repeats included
  std::uint64_t connections = 0; ///< opened
  double disk_seconds = 0;       ///< spent in reading files
};

/// Runs HTTP exchanges over libcurl, many at a time. One thread owns every curl handle; all others
/// only hand requests over. Knows HTTP, and nothing of registries: no status is an error, and no
/// redirect is followed.
class curl_engine {
public:
  /// Runs exactly once per request: on the engine's thread, or on the caller's within `submit`
  /// where the engine has stopped or could not start. Pass the answer on, do no work there.
  using on_done = std::function<void(protocol::http_outcome)>;
  /// Runs on the engine's thread while a body leaves: at most ten times a second, and once when all
  /// of it was handed to the network (`sent` is its length). After a rewind `sent` starts again.
  using on_sent = std::function<void(std::uint64_t sent)>;

  explicit curl_engine(engine_options options);
  curl_engine(const curl_engine&) = delete;
  curl_engine& operator=(const curl_engine&) = delete;
  /// Stops.
  ~curl_engine();

  /// Takes the request and returns at once. Any thread may call. After `stop` the request is
  /// answered with errc::interrupted, before the call returns.
  void submit(protocol::http_request request, on_done done, on_sent sent = {});

  /// Changes the limit for all bodies together, in bytes per second; 0: none. Any thread may call.
  void limit_bandwidth(std::uint64_t bytes_per_second);

  /// Changes the limit for the bodies of one lane together, in bytes per second; 0: none. It holds
  /// beside the limit for all, until it is changed again, whether or not the lane has requests.
  /// Nobody's lane, 0, cannot be limited. Any thread may call.
  void limit_bandwidth(std::uint32_t lane, std::uint64_t bytes_per_second);

  /// Ends with errc::interrupted what was submitted for that lane before the call and has no answer
  /// yet. Returns at once; later requests of the lane are served. Connections on which a request
  /// was under way are closed. Nobody's lane, 0, cannot be cancelled. Any thread may call.
  void cancel(std::uint32_t lane);

  /// Ends the requests with that tag in that lane with `why`, under the terms above; the others of
  /// the lane go on. What has its answer, or was never submitted, is not there to be ended. Neither
  /// a lane nor a tag of 0 can be named. Any thread may call.
  void cancel(std::uint32_t lane, std::uint32_t tag, protocol::failure why);

  /// Ends what is under way with errc::interrupted and waits for the thread. Any thread but the
  /// engine's may call, and again.
  void stop();

  engine_counters counters() const noexcept;

  /// Name and version of what is underneath, e.g. `libcurl 7.88.1`.
  static std::string library();

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace flotilla::transport
