#pragma once

#include "protocol/result.hpp"
#include "protocol/token.hpp"

#include <optional>
#include <string_view>

namespace flotilla::protocol {

/// Finds the credentials of a registry in the `auths` of a docker `config.json` (docs: docker/cli
/// config file). A key matches when it equals `host`, or does so once its scheme and path are
/// dropped; docker.io answers to `https://index.docker.io/v1/`.
/// @param host the registry's host[:port] as in a reference
/// @returns nothing when no entry has a user; errc::malformed when the text is no such file, or
///          the entry's `auth` is not base64 of `user:password`; errc::usage when the entry has an
///          identity token instead of the user's password.
result<std::optional<credentials>> find_docker_credentials(std::string_view json,
                                                           std::string_view host);

} // namespace flotilla::protocol
