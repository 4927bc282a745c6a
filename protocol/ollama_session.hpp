#pragma once

#include "protocol/http.hpp"
#include "protocol/result.hpp"
#include "protocol/url.hpp"

#include <cstdint>
#include <optional>
#include <string>

// What Ollama's registry says of an upload session (ollama: x/transfer/upload.go). Every URL it
// names passes the rules of `resolve_location`; one that does not is errc::refused.

namespace flotilla::protocol {

/// Where bytes go past the registry.
struct storage_place {
  url at;               ///< path and query byte for byte; a secret, for it holds a signature
  header_fields fields; ///< that must go with them
};

/// A session named by `Docker-Upload-Location`: the registry is Ollama's.
bool names_ollama_session(const http_response& response);

/// The session that an answer names: `Docker-Upload-Location`, else `Location`, which in a redirect
/// is the storage's. Nothing: it names none.
result<std::optional<url>> ollama_session_in(const http_response& response);

/// The session or the storage's URL is in a state from which this one does not go on, as after a
/// body that was cut: others may do.
bool is_disputed(int status) noexcept;

/// Where a redirect sends a part.
result<std::optional<storage_place>> part_storage_in(const http_response& response);

/// `X-Direct-Upload-URL`, and each `X-Signed-Header-NAME` as field NAME, but for those that are the
/// connection's own. Nothing: the blob does not go directly.
/// @returns errc::refused, too, for fields that no request could carry: more than 32, one longer
///          than 4 KiB, one with a control character.
result<std::optional<storage_place>> direct_storage_in(const http_response& response);

/// How many bytes each part of a blob has, but for the last, which has what is left: a sixteenth of
/// the blob, at least 100 and at most 1000 MiB.
std::uint64_t ollama_part_size(std::uint64_t blob) noexcept;

} // namespace flotilla::protocol
