#pragma once

#include "protocol/digest.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace flotilla::protocol {

/// How a store names a blob's file, relative to its root.
enum class blob_naming : std::uint8_t {
  oci,   ///< blobs/sha256/<hex>   an OCI image layout
  dash,  ///< sha256-<hex>         Ollama's blobs folder
  slash, ///< sha256/<hex>
  colon, ///< sha256:<hex>         Ollama's blobs folder of old
};

/// The path below a store's root, e.g. `blobs/sha256/9f86…`.
std::string blob_file(blob_naming naming, const digest& id);

/// One blob of a push. 48 bytes: a plan may hold a million.
struct planned_blob {
  digest id;
  std::uint64_t size = 0;       ///< bytes
  std::uint32_t mount_from = 0; ///< index into `push_plan::mount_sources` + 1; 0: none known
};

/// One manifest of a push, as the bytes that the source holds.
struct planned_manifest {
  digest id;
  std::string media_type;
  std::string bytes;
  bool is_index = false;
};

/// The blobs and manifests of a push, in order, as the source gives them. Where the blobs' files
/// lie is another matter: it differs from node to node.
struct push_plan {
  std::string source;                      ///< as the user named it
  std::vector<planned_blob> blobs;         ///< each digest once
  std::vector<planned_manifest> manifests; ///< children before those that name them; the top last
  std::vector<std::string> mount_sources;  ///< repositories of the target registry
  std::vector<std::string> warnings;       ///< what the source holds and the push leaves out

  const planned_manifest& top() const {
    return manifests.back();
  }
  /// Bytes of all blobs; manifests are not counted.
  std::uint64_t total_bytes() const noexcept;
};

template <class Inspector>
auto inspect(Inspector& f, planned_blob& x) {
  return f(x.id, x.size, x.mount_from);
}
template <class Inspector>
auto inspect(Inspector& f, planned_manifest& x) {
  return f(x.id, x.media_type, x.bytes, x.is_index);
}
template <class Inspector>
auto inspect(Inspector& f, push_plan& x) {
  return f(x.source, x.blobs, x.manifests, x.mount_sources, x.warnings);
}

} // namespace flotilla::protocol
