#pragma once

#include "protocol/result.hpp"
#include "protocol/token.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flotilla::protocol {

/// Who writes a file of credentials. The JSON is the same, its meaning is not.
enum class login_file : std::uint8_t {
  docker,    ///< `config.json` (docs: docker/cli, config file): credHelpers, credsStore, auths
  podman,    ///< `auth.json` (containers-auth.json(5)): credHelpers, auths
  dockercfg, ///< `.dockercfg`, docker's first: what others have in `auths` is its top level
};

/// What a file has for a registry: credentials, or the name of a program that holds them.
struct stored_login {
  credentials who;        ///< without `source`; empty when there is a `helper`
  std::string helper;     ///< suffix of the `docker-credential-…` to ask; empty: `who` counts
  std::string helper_key; ///< what that program is to be asked for
  std::string member;     ///< of the file, where this stands: `auths`, `credHelpers`, `credsStore`
};

/// Finds what a file of credentials has for a repository. A helper, even one that turns out to have
/// nothing, goes before `auths`; credHelpers before credsStore.
///
/// A key fits when its host does, be it written with scheme and path or not; Docker Hub goes by all
/// its names. `host/namespace`, without a scheme, is for the repositories below it; the longest key
/// that fits goes first, and one for other repositories fits in docker's files alone, as the last:
/// to docker the path means nothing.
///
/// @param host the registry's host[:port]
/// @returns nothing when no entry that fits has a user or a token; errc::malformed when the text is
///          no such file, the entry's `auth` is not base64 of `user:password`, or a helper's name
///          is none. The text is never quoted, for it holds secrets.
result<std::optional<stored_login>> find_stored_login(std::string_view json, login_file kind,
                                                      std::string_view host,
                                                      std::string_view repository);

} // namespace flotilla::protocol
