#pragma once

#include "protocol/result.hpp"
#include "protocol/url.hpp"

#include <string_view>

namespace flotilla::protocol {

/// An IP literal that means this machine or its own network: loopback, link-local, private (RFC
/// 1918, RFC 4193) or unspecified, also when IPv6 wraps it; `localhost`; and a number that is no
/// usual IPv4 literal, such as `127.1`, which resolvers read each in their own way. Names are not
/// looked up.
bool is_private_address(std::string_view host);

/// A name that the public DNS does not have: one without a dot, or below `local`, `localhost`,
/// `internal`, `lan` or `home.arpa`.
bool is_local_name(std::string_view host);

/// Who is out in the world must not make us ask what only we can reach: a registry's realm,
/// redirect or upload Location. One that is on a private address itself, or has a local name, may
/// send us wherever it likes.
/// @returns errc::refused for a step from the world to a private address.
failure check_reach(const url& from, const url& to);

} // namespace flotilla::protocol
