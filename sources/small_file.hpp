#pragma once

#include "protocol/result.hpp"
#include "sources/confines.hpp"

#include <string>

namespace flotilla::sources {

/// Reads a whole file of at most `protocol::max_manifest_bytes`, which lies `within`.
/// @returns errc::source_invalid: outside, nothing there, no regular file, unreadable, or larger. A
///          larger file costs no more memory than the largest that is taken.
protocol::result<std::string> read_small_file(const std::string& path, const confines& within);

} // namespace flotilla::sources
