#pragma once

#include "protocol/digest.hpp"
#include "protocol/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flotilla::protocol {

namespace media_type {
inline constexpr std::string_view oci_manifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view oci_index = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view docker_manifest
  = "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view docker_list
  = "application/vnd.docker.distribution.manifest.list.v2+json";
/// What a request that asks for a manifest accepts: all of the above.
inline constexpr std::string_view accept_any_manifest
  = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, "
    "application/vnd.docker.distribution.manifest.v2+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json";
} // namespace media_type

/// Names some content (image-spec, descriptor.md). Fields that a push does not need are not kept:
/// manifests are sent as the bytes they are, never rendered again.
struct descriptor {
  std::string media_type; ///< may be empty: old lists leave it out
  digest id;
  std::uint64_t size = 0;     ///< bytes, at most 2^63 - 1
  std::string mount_from;     ///< Ollama's `from`: the model that also holds this layer
  std::string reference_name; ///< annotation org.opencontainers.image.ref.name
  bool foreign = false;       ///< has `urls`: may lie elsewhere, and is then not pushed
};

/// What a manifest or an index names, in its own order.
struct manifest {
  std::string media_type;            ///< what the registry must be told; never empty
  bool is_index = false;             ///< names manifests instead of blobs
  std::optional<descriptor> config;  ///< absent in an index
  std::vector<descriptor> layers;    ///< of an image or artifact
  std::vector<descriptor> manifests; ///< of an index
};

/// What every registry should take (distribution-spec, "Pushing Manifests"), and many take no more.
inline constexpr std::size_t max_manifest_bytes = 4 << 20;

/// Reads a manifest or an index (image-spec manifest.md, image-index.md; Docker schema 2).
/// `declared` is the media type of the descriptor that led here, used when the text names none.
/// @returns errc::malformed: over 4 MiB; not JSON, or nested deeper than 64; no object; a schema 1
///          manifest; neither `layers` nor `manifests` arrays, or entries that are no descriptors;
///          a size that is negative, fractional or over 2^63 - 1; a digest that `digest::parse`
///          refuses; a media type that contradicts `declared`. The sentence names the place, e.g.
///          `layers[3].size`.
result<manifest> parse_manifest(std::string_view bytes, std::string_view declared = {});

} // namespace flotilla::protocol
