#pragma once

#include "protocol/digest.hpp"
#include "protocol/plan.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::sources {

/// What lies where a blob should lie.
struct file_state {
  protocol::blob_naming naming = protocol::blob_naming::oci; ///< how the file is named
  bool missing = false; ///< no file, nor a link, under any name
  std::string problem;  ///< e.g. `12 bytes instead of 20`; empty: as it should be
};

/// The blobs below one directory, each under one of several ways to name a file.
class blob_files {
public:
  /// @pre `namings` is not empty. They are tried in this order; the first stands in messages.
  blob_files(std::string root, std::vector<protocol::blob_naming> namings);

  /// Finds a blob's file and looks whether it is regular (or a link to such), readable, and of
  /// `size` bytes. Does not read it: one `stat` per naming tried, and one `access`.
  file_state look_at(const protocol::digest& id, std::uint64_t size) const;

  const std::string& root() const noexcept {
    return root_;
  }
  std::string path_of(const protocol::digest& id, protocol::blob_naming naming) const;

private:
  std::optional<file_state> look_under(protocol::blob_naming naming, const protocol::digest& id,
                                       std::uint64_t size) const;
  file_state nothing_found(const protocol::digest& id) const;

  std::string root_;
  std::vector<protocol::blob_naming> namings_;
};

} // namespace flotilla::sources
