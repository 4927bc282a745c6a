#pragma once

#include "protocol/registry_profile.hpp"

#include <cstdint>

namespace flotilla::protocol {

/// Does one blob go whole or in chunks? Asked anew for each session: within one, the method never
/// changes. Learns from what became of the sessions before, in both directions, and tells what of
/// that holds for other blobs of the registry.
class upload_method {
public:
  /// @param wished bytes of a chunk, and the blob goes in chunks if it is longer; 0: as is known
  upload_method(const registry_profile& known, std::uint64_t size, std::uint64_t wished = 0);

  /// How the next session is filled.
  bool in_chunks() const noexcept;
  /// What the next session in chunks must keep to.
  registry_profile terms() const noexcept;
  /// For other blobs.
  const registry_profile& learned() const noexcept {
    return learned_;
  }

  /// A session was opened.
  void opened(const http_response& response) noexcept;
  /// The body of the whole blob was cut on its way.
  void whole_cut() noexcept;
  /// A chunk was cut on its way, and the session is lost. @param moved others had arrived in it
  void chunk_cut(bool moved) noexcept;
  /// A session in chunks was lost, and not because a body was cut.
  /// @param telling that says something of the registry: there was no trouble, or no chunk arrived
  void chunks_lost(bool telling) noexcept;
  void chunk_too_small(std::uint64_t least) noexcept;

  // These are false where another method cannot help.

  /// The blob was refused for its size.
  [[nodiscard]] bool whole_too_large() noexcept;
  /// A chunk of so many bytes was refused for its size.
  [[nodiscard]] bool chunk_too_large(std::uint64_t bytes) noexcept;
  /// The registry takes no chunks, or makes something else of them.
  bool chunks_refused() noexcept;

  /// The registry has the blob, from the session that was opened last.
  void arrived(bool in_chunks) noexcept;

private:
  std::uint64_t chunk_size() const noexcept;

  registry_profile learned_;
  std::uint64_t size_;        ///< bytes of the blob
  std::uint64_t wished_;      ///< bytes of a chunk; 0: none
  bool never_whole_ = false;  ///< it was refused so
  bool never_chunks_ = false; ///< it was refused so
  bool rather_whole_ = false; ///< it was lost too often in chunks
  bool rather_chunks_ = false;
  bool telling_ = false; ///< once it arrives whole, other blobs need not try chunks
  int cut_ = 0;          ///< whole bodies; sessions without a chunk that arrived
  int lost_ = 0;         ///< sessions in chunks
  unsigned shorter_ = 0; ///< so many times a quarter of the profile's chunk
};

} // namespace flotilla::protocol
