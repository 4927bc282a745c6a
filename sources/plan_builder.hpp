#pragma once

#include "protocol/manifest.hpp"
#include "protocol/plan.hpp"
#include "protocol/result.hpp"
#include "sources/blob_files.hpp"
#include "sources/file_problems.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

namespace flotilla::sources {

/// Whether a descriptor leads to a manifest or an index. Old lists leave the media type out and
/// name nothing else.
bool names_a_manifest(const protocol::descriptor& what);

/// Walks from one manifest to everything that it names, and makes the plan: layers before the
/// config, children before their index, each digest once. Use one for one plan.
///
/// Reads the manifests among the blobs, and looks at no other file but that of a layer which is not
/// to be distributed: it is left out if it is not here. What is wrong with manifests' files is
/// gathered until `finish`; what is wrong with a manifest's text ends the walk.
class plan_builder {
public:
  explicit plan_builder(blob_files files);

  /// The manifest lies among the blobs; its size and digest are checked.
  /// @returns errc::source_invalid: a manifest that `parse_manifest` refuses, indexes nested deeper
  ///          than 8, or one digest given with two sizes.
  std::optional<protocol::failure> add(const protocol::descriptor& top);
  /// The manifest lies elsewhere, at `path`, and is these bytes. Errors as above.
  std::optional<protocol::failure> add(std::string bytes, const std::string& path);

  void warn(std::string sentence);

  /// The plan but for `source`. Call once, last.
  /// @returns errc::source_invalid: the manifests whose files are not what they should be.
  protocol::result<protocol::push_plan> finish();

private:
  /// What is known of a digest.
  struct sight {
    std::uint64_t size = 0;
    bool manifest = false; ///< added as such
    bool blob = false;     ///< added as such
    bool left_out = false; ///< and the user was told
  };
  using maybe_failure = std::optional<protocol::failure>;

  protocol::result<sight*> see(const protocol::digest& id, std::uint64_t size);
  maybe_failure add_manifest(const protocol::descriptor& what, unsigned depth);
  maybe_failure add_content(std::string bytes, const protocol::digest& id,
                            const std::string& declared, const std::string& path, unsigned depth);
  maybe_failure add_all(const protocol::manifest& content, unsigned depth);
  maybe_failure add_child(const protocol::descriptor& child, unsigned depth);
  maybe_failure add_blob(const protocol::descriptor& what);
  void leave_out(const protocol::descriptor& what, sight& known);
  std::uint32_t mount_index(const std::string& model);

  protocol::push_plan plan_;
  blob_files files_;
  file_problems problems_; ///< of manifests
  std::unordered_map<protocol::digest, sight> seen_;
  std::unordered_map<std::string, std::uint32_t> mounts_; ///< repository: index + 1
};

} // namespace flotilla::sources
