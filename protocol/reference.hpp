#pragma once

#include "protocol/digest.hpp"
#include "protocol/result.hpp"
#include "protocol/url.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace flotilla::protocol {

/// Where a push goes: `host[:port]/repository[:tag][@digest]`.
struct reference {
  std::string host;       ///< with the port if one was written; lower case
  std::string repository; ///< e.g. `models/llama`
  std::string tag;        ///< empty only when a digest was written and no tag
  std::optional<digest> id;

  /// As it would be written; `@digest` last.
  std::string to_string() const;
  /// `host/repository@digest`: names one manifest for ever.
  std::string by_digest(const digest& manifest) const;
};

/// Reads a reference. The host is required and is known by a `.`, a `:` or the name `localhost`.
/// Without tag and digest the tag is `latest`.
/// @returns errc::malformed with a sentence for each rule of the grammar (distribution-spec,
///          "Pulling manifests"): empty, scheme written, no host, port outside 1..65535, empty path
///          component, upper case, a character or separator that is not allowed, tag of more than
///          128 characters, digest that `digest::parse` refuses, host and name over 255 characters.
result<reference> parse_reference(std::string_view text);

/// Reads a tag alone, as given by `--tag`.
result<std::string> parse_tag(std::string_view text);
/// Reads a repository alone, as given by `--mount-from`.
result<std::string> parse_repository(std::string_view text);

/// Where the API of a reference's registry answers, without `/v2/`: `docker.io` is
/// `registry-1.docker.io`. @pre `host` is that of a parsed reference.
url registry_endpoint(const std::string& host, bool secure);

} // namespace flotilla::protocol
