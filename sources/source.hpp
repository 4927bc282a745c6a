#pragma once

#include "protocol/plan.hpp"
#include "protocol/result.hpp"
#include "sources/blob_files.hpp"

#include <string>
#include <vector>

namespace flotilla::sources {

/// What a source may need besides its name. The program fills it from the command line and the
/// environment; tests fill it by hand.
struct source_options {
  std::string manifest_file; ///< for `blobs:DIR`; empty: none given
  std::string home;          ///< $HOME; may be empty
  std::string ollama_models; ///< $OLLAMA_MODELS; when set, the only place looked at
  /// Where the service that Debian packages and installers set up keeps its models.
  std::string ollama_service = "/usr/share/ollama/.ollama/models";
  /// Absolute directories. All that is read or looked at must lie below one of them, links
  /// resolved; empty: anywhere.
  std::vector<std::string> roots;
};

// A source is named `oci:DIR[:TAG]`, `ollama:NAME[:TAG]`, `blobs:DIR`, or by a bare path that is
// recognised as a layout or a folder of blobs. Two questions are asked of it, as in a fleet one
// node may hold the manifests and others the blobs. Both answer on the caller's thread, with
//
//   errc::usage: a prefix that is none of ours or without a name; a name that no Ollama model can
//   have; or one of more than 4096 bytes;
//   errc::source_invalid: a path that leads out of `roots`.

/// What the model is: its manifests, children first, read and their size and digest checked; and
/// every blob that they name. No blob's file is looked at, but that of a layer which is not to be
/// distributed: it is left out, with a warning, if it is not here.
///
/// @returns errc::source_invalid: what was looked for and not found, with what exists instead; a
///          manifest that `parse_manifest` refuses; or every manifest among the blobs whose file is
///          not as it should be (the first twenty by name, the rest counted).
/// @returns errc::usage: `blobs:` without `manifest_file`, or `manifest_file` without `blobs:`.
protocol::result<protocol::push_plan> outline_source(const std::string& text,
                                                     const source_options& options);

/// Where its blobs lie on this machine, as far as they do (`look_for` tells): its manifests need
/// not be here, and `manifest_file` has no part in it.
///
/// @returns errc::source_invalid: no such place here.
protocol::result<blob_files> find_blob_files(const std::string& text,
                                             const source_options& options);

} // namespace flotilla::sources
