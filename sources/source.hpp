#pragma once

#include "protocol/plan.hpp"
#include "protocol/result.hpp"

#include <string>

namespace flotilla::sources {

/// What a source may need besides its name. The program fills it from the command line and the
/// environment; tests fill it by hand.
struct source_options {
  std::string manifest_file; ///< for `blobs:DIR`; empty: none given
  std::string home;          ///< $HOME; may be empty
  std::string ollama_models; ///< $OLLAMA_MODELS; when set, the only place looked at
  /// Where the service that Debian packages and installers set up keeps its models.
  std::string ollama_service = "/usr/share/ollama/.ollama/models";
};

/// Reads the source that the user named: `oci:DIR[:TAG]`, `ollama:NAME[:TAG]`, `blobs:DIR`, or a
/// bare path that is recognised as a layout or a folder of blobs.
///
/// The plan's manifests are read, and their size and digest checked; every blob's file is looked
/// at (there, a regular file or a link to one, readable, of the size its descriptor says) but not
/// read. Runs on the caller's thread: one `stat` and one `access` a blob.
///
/// @returns errc::source_invalid: what was looked for and not found, with what exists instead; a
///          manifest that `parse_manifest` refuses; or every blob file that is not as it should be
///          (the first twenty by name, the rest counted).
/// @returns errc::usage: a prefix that is none of ours or without a name; a name that no Ollama
///          model can have; `blobs:` without `manifest_file`, or `manifest_file` without `blobs:`.
protocol::result<protocol::push_plan> open_source(const std::string& text,
                                                  const source_options& options);

} // namespace flotilla::sources
