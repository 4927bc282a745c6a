#pragma once

#include "protocol/digest.hpp"
#include "protocol/http.hpp"
#include "protocol/verdict.hpp"

#include <cstdint>
#include <string>

namespace flotilla::protocol {

/// One blob to bring to a repository.
struct blob_order {
  digest id;
  std::uint64_t size = 0; ///< bytes
  std::string path;       ///< the file that holds it
  std::string mount_from; ///< repository that may hold it already; empty: none known
  /// Bytes of a chunk, and the blob goes in chunks if it is longer; 0: as the registry's profile
  /// has it. Within the limits of the registry, and only where it takes chunks.
  std::uint64_t chunk = 0;
};

/// The ways in which a blob can come to be confirmed.
enum class confirmation : std::uint8_t { present, mounted, uploaded, resumed };
const char* to_string(confirmation how) noexcept;

/// What an upload can ask for.
namespace upload_step {

/// Send this, then `on_outcome`.
struct send {
  http_request request;
  bool needs_slot = false;  ///< its body is the blob or a part of it
  std::uint64_t before = 0; ///< the blob's bytes that lie before that body
  file_slice next{};        ///< `sum_part` will ask for these afterwards; no path: for none
};
/// A body could leave: call `send_body` once a body slot is free.
struct ready {};
/// Wait before attempt `attempt + 1`, then `again`.
struct wait {
  unsigned attempt = 1;
  try_again why;
  std::uint64_t kept = 0; ///< bytes of the blob that need not be sent again, as far as is known
};
/// The registry says that the bytes are not the digest's: hash the file, then `on_hash`.
struct hash_file {};
/// Take the MD5 of these bytes, then `on_sum`.
struct sum_part {
  file_slice part;
};
/// The registry holds the blob.
struct confirmed {
  confirmation how = confirmation::uploaded;
};

} // namespace upload_step

template <class Inspector>
auto inspect(Inspector& f, blob_order& x) {
  return f(x.id, x.size, x.path, x.mount_from, x.chunk);
}

} // namespace flotilla::protocol
