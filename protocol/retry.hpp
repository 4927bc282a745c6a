#pragma once

#include "protocol/http.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace flotilla::protocol {

/// How long to wait before a request is sent again.
struct retry_policy {
  std::chrono::milliseconds first{250};      ///< upper bound before the second attempt; doubles
  std::chrono::milliseconds longest{30'000}; ///< upper bound of any wait of our own
  /// A `Retry-After` beyond this is cut to it: the retry budget decides, not one header.
  std::chrono::milliseconds longest_asked{120'000};
};

/// The wait before attempt `attempt + 1`, where `attempt` counts from 1. Full jitter: evenly spread
/// from nothing to the bound, so that thousands of clients do not come back at once. A registry's
/// `Retry-After` is kept at least, with up to a tenth more.
/// @param dice in [0, 1)
std::chrono::milliseconds retry_delay(const retry_policy& policy, unsigned attempt,
                                      std::optional<std::chrono::seconds> asked, double dice);

/// Reads `Retry-After` (RFC 9110 section 10.2.3): seconds, or one of three forms of date.
/// @param now Unix time in seconds, for the date forms
/// @returns nothing for an empty field, garbage, or a moment that has passed.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view field, std::int64_t now);

/// What a status asks of us (RFC 9110 section 15), whatever the request was.
enum class status_class : std::uint8_t {
  success,      ///< 2xx
  redirect,     ///< 301, 302, 303, 307, 308
  unauthorized, ///< 401
  forbidden,    ///< 403
  absent,       ///< 404, 410
  retry,        ///< 408, 425, 429, 499, 5xx except 501 and 505
  refused,      ///< all else
};
status_class classify(int status) noexcept;

} // namespace flotilla::protocol
