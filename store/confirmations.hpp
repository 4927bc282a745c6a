#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flotilla::store {

/// A blob that the registry has confirmed.
struct confirmed_blob {
  std::uint32_t blob = 0; ///< its place in the plan of the push's model
  std::uint8_t how = 0;   ///< the caller's own number
};

/// How the journal writes a batch down: five bytes a blob and a checksum. Blobs are confirmed in no
/// order, and a row for each would touch a page for each; a batch is one row at the end.
std::string pack(const std::vector<confirmed_blob>& batch);

/// Appends a batch to `all`. @returns false, with `all` as it was, for bytes that `pack` did not
/// write: SQLite's own check does not look into a row.
bool unpack(std::string_view bytes, std::vector<confirmed_blob>& all);

/// Leaves each blob once, by index, with the `how` that came first.
void sort_and_merge(std::vector<confirmed_blob>& all);

} // namespace flotilla::store
