#pragma once

#include "protocol/result.hpp"
#include "protocol/token.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace flotilla::protocol {

/// The most that is read of what a credential helper prints, in bytes.
constexpr std::size_t most_helper_bytes = 64 << 10;

/// Whether `docker-credential-<suffix>` can be a program: 1 to 64 letters, digits, `.`, `_` and
/// `-`. A name with a `/` would be a path, and run whatever lies there.
bool is_helper_suffix(std::string_view suffix) noexcept;

/// How a credential helper ended.
struct helper_end {
  int status = 0;         ///< exit code; 128 + n: ended by signal n
  std::string_view said;  ///< its standard output
  std::string_view cried; ///< the beginning of its standard error
};

/// Reads what a credential helper answered to `get` (docs: docker/docker-credential-helpers,
/// "Development"). On success it prints JSON with `Username` and `Secret`, where the user `<token>`
/// means that the secret is an identity token. On failure it exits with 1 and prints the reason to
/// standard output; one of these reasons says that it has none.
/// @returns nothing when it has none for this registry; errc::unauthorized when it failed, or when
///          its answer is of no use. What is quoted is fit to be shown and is no part of an answer
///          that may hold the secret.
result<std::optional<credentials>> read_helper_answer(const helper_end& end);

} // namespace flotilla::protocol
