#pragma once

#include <optional>
#include <string_view>

namespace flotilla::protocol {

/// What a token says that it allows in one repository.
struct granted_access {
  bool pull = false;
  bool push = false;
};

/// Reads what a token was granted, for messages alone: nothing is verified, and the registry
/// decides. The token of a registry is opaque, but most are a JWT whose payload has a list `access`
/// (distribution token spec, "Requesting a Token", and its JWT implementation).
/// @returns nothing when the token, of at most 64 KiB, is no JWT or has no such list; no access
/// when
///          the list does not name the repository.
std::optional<granted_access> granted_actions(std::string_view token, std::string_view repository);

} // namespace flotilla::protocol
