#pragma once

#include "protocol/plan.hpp"
#include "sources/blob_files.hpp"
#include "sources/file_problems.hpp"

#include <cstdint>
#include <vector>

namespace flotilla::sources {

/// Which blobs lie here.
struct survey {
  /// For each blob: 0: not here as it should be; else 1 + the `protocol::blob_naming` of its file.
  std::vector<std::uint8_t> held;
  file_problems problems; ///< of the files that are not held
};

/// Looks at the file of each blob (there, a regular file or a link to one, readable, of the blob's
/// size) and reads none. Blocks: one `lstat` per naming tried and one `access` a blob. For many
/// blobs, ask in batches and add their problems up.
survey look_for(const blob_files& files, const std::vector<protocol::planned_blob>& blobs);

} // namespace flotilla::sources
