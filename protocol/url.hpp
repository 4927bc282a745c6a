#pragma once

#include "protocol/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace flotilla::protocol {

/// An absolute http or https URL (RFC 3986), without user info and fragment.
struct url {
  bool secure = true;       ///< https
  std::string host;         ///< lower case; an IPv6 literal keeps its brackets
  std::uint16_t port = 0;   ///< never 0 once parsed: 443 or 80 when the text names none
  std::string target = "/"; ///< path and query as given, begins with `/`

  std::string to_string() const;
  /// `https://host[:port]`, the port only where it is not the scheme's own.
  std::string origin() const;
  /// For people: the values of query parameters, which may hold secrets, are left out.
  std::string redacted() const;
};

/// @returns errc::malformed on another scheme, user info, an empty or odd host, a port outside
///          1..65535, control characters or blanks, or more than 8 KiB.
result<url> parse_url(std::string_view text);

/// Resolves a `Location` against the URL of the request that it answers (RFC 3986 section 5.2):
/// absolute, `//host/path`, `/path`, and `relative/path` forms. Query parameters stay as they are.
/// An http Location of an https registry with the same host is read as https: registries behind
/// TLS proxies answer so. Any other step from https to http is refused, as is one that
/// `check_reach` refuses.
/// @returns errc::malformed as `parse_url` does, or errc::refused for those two.
result<url> resolve_location(const url& request, std::string_view location);

/// Scheme, host and effective port agree (RFC 6454 section 5): credentials may go there.
bool same_origin(const url& a, const url& b) noexcept;

/// Adds `name=value` to the query, with `?` or `&` as needed. `value` is escaped.
void add_query(url& to, std::string_view name, std::string_view value);

/// Escapes all but the unreserved characters of RFC 3986 and `:`, `/`, which are legal in a query.
std::string percent_encoded(std::string_view text);

/// localhost, 127.0.0.0/8 or [::1]: traffic that never leaves the machine.
bool is_loopback(std::string_view host) noexcept;

template <class Inspector>
auto inspect(Inspector& f, url& x) {
  return f(x.secure, x.host, x.port, x.target);
}

} // namespace flotilla::protocol
