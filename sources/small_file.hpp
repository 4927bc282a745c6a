#pragma once

#include "protocol/result.hpp"

#include <string>

namespace flotilla::sources {

/// Reads a whole file of at most `protocol::max_manifest_bytes`.
/// @returns errc::source_invalid: nothing there, no regular file, unreadable, or larger. A larger
///          file costs no more memory than the largest that is taken.
protocol::result<std::string> read_small_file(const std::string& path);

} // namespace flotilla::sources
