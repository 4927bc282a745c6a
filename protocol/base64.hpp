#pragma once

#include "protocol/result.hpp"

#include <string>
#include <string_view>

namespace flotilla::protocol {

/// Standard alphabet, padded (RFC 4648 section 4).
std::string to_base64(std::string_view bytes);

/// Reads what `to_base64` renders; padding may be missing, as some tools write it so.
/// @returns errc::malformed on any other character or length.
result<std::string> from_base64(std::string_view text);

} // namespace flotilla::protocol
