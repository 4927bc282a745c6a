#pragma once

#include "protocol/digest.hpp"
#include "protocol/result.hpp"

#include <string>

namespace flotilla::sources {

/// The digest of a file's content, read in pieces of 1 MiB. Blocks.
/// @returns errc::source_invalid when it is no regular file, or cannot be read.
protocol::result<protocol::digest> file_digest(const std::string& path);

} // namespace flotilla::sources
