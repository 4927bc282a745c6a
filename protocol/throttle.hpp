#pragma once

#include "protocol/http.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace flotilla::protocol {

/// How much of what a registry asks for is done.
struct throttle_terms {
  /// After a refusal. What is longer is cut to it: the retry budget decides, not one header.
  std::chrono::seconds longest{120};
  /// Before one. Where a spent allowance is longer in coming back, we go on until we are refused:
  /// it may not be for what we ask.
  std::chrono::seconds longest_ahead{30};
};

/// What an answer says about going slower.
struct throttle {
  bool refused = false;          ///< 429 or 503: so much at once is too much
  std::chrono::seconds pause{0}; ///< for all requests to that registry; 0: none
};

/// Reads it from the status, `Retry-After` (RFC 9110 section 10.2.3), and, where that says nothing,
/// from what `parse_rate_limit` reads. `Retry-After` counts with a refusal alone: of other answers
/// it speaks of something else.
/// @param now Unix time in seconds
throttle read_throttle(const http_response& answer, std::int64_t now,
                       const throttle_terms& terms = {});

/// Until when an allowance is spent: the seconds from now, > 0, to the moment when all of those are
/// back of which nothing is left. Knows
/// - `RateLimit: "burst";r=0;t=10`, several by commas, and the older `limit=5, remaining=0,
/// reset=10`
///   (draft-ietf-httpapi-ratelimit-headers, 10 and 07),
/// - `RateLimit-Remaining` with `RateLimit-Reset` (02), and both with `X-` before them. A reset is
///   seconds; from 1,000,000,000 on it is Unix time, as GitHub and GitLab give it.
///
/// Docker Hub's `ratelimit-remaining: 0;w=21600` names the length of its window, and not when that
/// ends: it says nothing here.
/// @returns nothing where something is left, where no end is named, or of what cannot be read.
std::optional<std::chrono::seconds> parse_rate_limit(const header_fields& fields, std::int64_t now);

} // namespace flotilla::protocol
