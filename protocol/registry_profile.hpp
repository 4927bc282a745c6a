#pragma once

#include "protocol/http.hpp"
#include "protocol/url.hpp"

#include <cstdint>

namespace flotilla::protocol {

/// Does a registry take blobs in chunks?
enum class chunking : std::uint8_t {
  unknown, ///< it may
  whole,   ///< no: never try
  chunks,  ///< yes: a blob has arrived so
};
const char* to_string(chunking takes) noexcept;

/// What is known of a registry about uploads: what the built-in table says of its host, and what
/// was seen since. A value: it may be kept, and sent to other nodes.
///
/// A blob goes in chunks only where to lose it on the way would cost more than the requests that
/// chunks add. From 1 GiB on these are one in 64 MiB, about a hundredth of the time at 1 GB/s and
/// 10 ms, while a line that is cut takes half of the blob with it. Where a registry does not let us
/// go on after a cut, chunks are for its limits alone.
struct registry_profile {
  static constexpr std::uint64_t unlimited = UINT64_MAX;
  static constexpr std::uint64_t smallest_chunk = 64 << 10; ///< bytes; no limit below is believed

  chunking takes = chunking::whole;
  std::uint64_t chunk = 64 << 20; ///< bytes of a chunk that we would like; see `chunk_size`
  /// Bytes of a blob that goes in chunks from the start. Smaller ones do once they did not go
  /// whole.
  std::uint64_t threshold = 1 << 30;
  std::uint64_t least = 0;        ///< bytes of each chunk but the last
  std::uint64_t most = unlimited; ///< bytes of each chunk
  bool last_chunk_in_put = false; ///< the closing PUT must not be empty
  bool trust_own_offset = false;  ///< what it says that it holds is not true: it cannot be asked

  bool may_chunk() const noexcept {
    return takes != chunking::whole && least <= most;
  }
  /// Bytes of a chunk within all limits, where there may be chunks; never 0.
  std::uint64_t chunk_size() const noexcept;

  /// An answer that opened a session: `OCI-Chunk-Min-Length` (distribution-spec, "Pushing a blob in
  /// chunks"), and `OCI-Chunk-Max-Length` (opencontainers/distribution-spec#485), which says what
  /// one request may hold.
  void note_opened(const http_response& response) noexcept;
  void note_least(std::uint64_t bytes) noexcept;
  /// It, or what stands before it, refused a chunk for its size.
  /// @returns false where no smaller one can be tried; then nothing has changed.
  bool note_chunk_too_large(std::uint64_t bytes) noexcept;
  /// The same for a whole blob; those that are longer than a chunk go in chunks from now on.
  bool note_blob_too_large(std::uint64_t bytes) noexcept;
  /// A blob has arrived in chunks.
  void note_chunks_taken() noexcept;
  /// A blob did not arrive in chunks and did so whole. Says nothing against a blob that did.
  void note_chunks_refused() noexcept;

  /// Adds what another upload to the same registry has seen.
  void merge(const registry_profile& seen) noexcept;

  bool operator==(const registry_profile& other) const noexcept;
  bool operator!=(const registry_profile& other) const noexcept {
    return !(*this == other);
  }
};

/// What is known beforehand of the registry at that address.
registry_profile built_in_profile(const url& registry);

/// `OCI-Chunk-Min-Length` of an answer; 0: none that is a number.
std::uint64_t least_chunk_in(const http_response& response) noexcept;

template <class Inspector>
auto inspect(Inspector& f, registry_profile& x) {
  return f(x.takes, x.chunk, x.threshold, x.least, x.most, x.last_chunk_in_put, x.trust_own_offset);
}

} // namespace flotilla::protocol
