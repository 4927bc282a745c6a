#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace flotilla::protocol {

/// Reads an HTTP date (RFC 9110 section 5.6.7) in any of its three forms, e.g.
/// `Sun, 06 Nov 1994 08:49:37 GMT`, without regard to the locale. The day of the week must be one,
/// and may be the wrong one.
/// @param now Unix time in seconds: tells the century of the form whose year has two digits
/// @returns Unix time in seconds; nothing for anything else.
std::optional<std::int64_t> parse_http_date(std::string_view text, std::int64_t now);

} // namespace flotilla::protocol
