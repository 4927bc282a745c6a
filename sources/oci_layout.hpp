#pragma once

#include "protocol/plan.hpp"
#include "protocol/result.hpp"
#include "sources/blob_files.hpp"
#include "sources/confines.hpp"
#include "sources/source.hpp"

#include <optional>
#include <string>

namespace flotilla::sources {

/// Where a layout lies and which of its manifests is meant.
struct layout_name {
  std::string directory;
  std::optional<std::string> tag;
};

/// Splits `DIR[:TAG]`. A path may hold `:`, so the file system decides: the longest text before a
/// `:` that is a directory within; no tag if the whole text is one, or none is.
layout_name split_layout_name(const std::string& text, const confines& within);

/// Whether a directory says that it is an OCI image layout.
bool is_oci_layout(const std::string& directory);

/// Outlines an OCI image layout (image-spec, image-layout.md). The tag is the annotation
/// `org.opencontainers.image.ref.name` of a descriptor in `index.json`, or the tag part of that
/// annotation where it is a full reference; without tag the layout must hold one manifest.
/// @returns errc::usage: an empty directory or tag.
/// @returns errc::source_invalid: not a layout, or of another version; no such tag, with those that
///          exist; several manifests to choose from; or what plan_builder finds.
protocol::result<protocol::push_plan> outline_oci_layout(const std::string& name,
                                                         const source_options& options);

/// The blobs of a layout, of which nothing but the directory need be here.
/// @returns errc::usage as above; errc::source_invalid: no such directory.
protocol::result<blob_files> find_layout_blobs(const std::string& name,
                                               const source_options& options);

} // namespace flotilla::sources
