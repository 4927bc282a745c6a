#pragma once

#include "protocol/http.hpp"
#include "protocol/md5.hpp"
#include "protocol/result.hpp"

namespace flotilla::sources {

/// The MD5 of a part of a file, read in pieces of 1 MiB. Blocks.
/// @returns errc::source_invalid when it is no regular file of the size that the slice names, when
///          the slice reaches beyond it, or when it cannot be read; errc::usage where this machine
///          has no MD5.
protocol::result<protocol::md5_sum> slice_md5(const protocol::file_slice& part);

} // namespace flotilla::sources
