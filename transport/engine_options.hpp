#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace flotilla::transport {

/// How far servers are trusted, and how we show who we are.
struct tls_options {
  std::string ca_file;     ///< PEM; empty: the system's
  std::string client_cert; ///< PEM; empty: none
  std::string client_key;  ///< PEM; empty: it is in `client_cert`
  bool verify = true;      ///< false: any certificate will do
};

struct engine_options {
  tls_options tls;
  /// Kept open when idle; more than all transfers at once, or connections are made anew.
  long connections = 256;
  std::chrono::milliseconds connect_timeout{10'000};
  /// A transfer whose body makes no progress for so long is given up.
  std::chrono::milliseconds stall_timeout{30'000};
  /// How long an answer may take once the request is sent: some registries copy the whole blob
  /// before they confirm it.
  std::chrono::milliseconds answer_timeout{900'000};
  std::size_t upload_buffer = 256 << 10; ///< bytes read from a file at once
  std::size_t body_limit = 5 << 20;      ///< bytes of a response that are kept; the rest is dropped
  std::size_t header_limit = 64 << 10; ///< bytes of response headers; beyond it the answer is none
  std::uint64_t bandwidth = 0;         ///< bytes per second of all bodies together; 0: no limit
  std::string user_agent = "flotilla";
};

} // namespace flotilla::transport
