#pragma once

#include "protocol/plan.hpp"
#include "protocol/result.hpp"
#include "sources/blob_files.hpp"
#include "sources/source.hpp"

#include <string>

namespace flotilla::sources {

/// Whether a directory has files or folders named as blobs are.
bool holds_blobs(const std::string& directory);

/// Reads `options.manifest_file`, which lies anywhere, and outlines the model whose blobs are in a
/// folder: files `sha256-<hex>`, `sha256/<hex>`, `blobs/sha256/<hex>` or `sha256:<hex>`, tried in
/// this order. The manifest may be an index whose manifests lie in the folder as blobs.
/// @returns errc::usage: no folder or no manifest file given.
/// @returns errc::source_invalid: no such folder or file; or what plan_builder finds.
protocol::result<protocol::push_plan> outline_blob_folder(const std::string& directory,
                                                          const source_options& options);

/// The blobs in such a folder; needs no manifest. Errors as above.
protocol::result<blob_files> find_folder_blobs(const std::string& directory,
                                               const source_options& options);

} // namespace flotilla::sources
