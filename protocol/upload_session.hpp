#pragma once

#include "protocol/digest.hpp"
#include "protocol/http.hpp"
#include "protocol/result.hpp"
#include "protocol/url.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace flotilla::protocol {

/// A registry's resource that takes one blob's bytes (distribution-spec, "Pushing a blob").
struct upload_session {
  url location;           ///< opaque but for its origin; always the newest one
  std::uint64_t held = 0; ///< bytes that the registry says it has
};

template <class Inspector>
auto inspect(Inspector& f, upload_session& x) {
  return f(x.location, x.held);
}

bool operator==(const upload_session& a, const upload_session& b) noexcept;

/// Reads the session out of a 202: `Location`, resolved against `request`, and `Range`.
/// @returns errc::refused when there is no usable `Location`.
result<upload_session> read_session(const http_response& response, const url& request);

/// The session's next `Location`, where an answer within it names one; else the last one stands.
/// @returns errc::refused when it cannot be used.
result<std::optional<url>> next_location(const http_response& response);

/// Reads a `Range` field: how many bytes the registry holds. Takes `0-1023`, `bytes=0-1023` and
/// `bytes 0-1023`. An empty field, `0--1` and `0-0` are none: registries print `0-0` for one byte
/// too, so a single byte is counted as none and sent again.
/// @returns errc::malformed for anything else, and for a range that does not start at 0.
result<std::uint64_t> parse_held_bytes(std::string_view range);

/// How many bytes a session holds, by the answer to a GET of its Location; nothing where it does
/// not say. Quay, which alone names no Location there and counts with a unit, counts one too many
/// (quay: endpoints/v2/blob.py).
std::optional<std::uint64_t> held_in_status(const http_response& response);

/// The answer says that the session is no more: a new one may do.
bool is_lost_session(const http_response& response);

/// Where the PUT goes that closes the session: its Location with `digest=` added.
std::string closing_url(const upload_session& session, const digest& id);

} // namespace flotilla::protocol
