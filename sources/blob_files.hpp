#pragma once

#include "protocol/digest.hpp"
#include "protocol/plan.hpp"
#include "protocol/result.hpp"
#include "sources/confines.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace flotilla::sources {

/// What lies where a blob should lie.
struct file_state {
  protocol::blob_naming naming = protocol::blob_naming::oci; ///< how the file is named
  bool missing = false; ///< no file, nor a link, under any name
  std::string problem;  ///< e.g. `12 bytes instead of 20`; empty: as it should be
};

/// The blobs below one directory, each under one of several ways to name a file. Knows where a file
/// would lie; whether it does is asked anew each time. Any thread may ask.
class blob_files {
public:
  /// The blobs below `root`. `namings` are tried in this order; the first stands in messages.
  /// @pre `root` is absolute and `namings` is not empty.
  /// @returns errc::source_invalid: a folder in which such files lie leads out of `within`.
  static protocol::result<blob_files>
  at(std::string root, std::vector<protocol::blob_naming> namings, confines within);

  /// Finds a blob's file and looks whether it lies within, is regular (or a link to such),
  /// readable, and of `size` bytes. Does not read it: one `lstat` per naming tried; an `access`
  /// only where not everybody may read it, more only for a link.
  file_state look_at(const protocol::digest& id, std::uint64_t size) const;

  const std::string& root() const noexcept {
    return root_;
  }
  const confines& within() const noexcept {
    return within_;
  }
  /// Absolute; whether something lies there or not.
  std::string path_of(const protocol::digest& id, protocol::blob_naming naming) const;

private:
  blob_files(std::string root, std::vector<protocol::blob_naming> namings, confines within);

  file_state look_under(protocol::blob_naming naming, const protocol::digest& id,
                        std::uint64_t size) const;

  std::string root_;
  std::vector<protocol::blob_naming> namings_;
  confines within_;
};

} // namespace flotilla::sources
