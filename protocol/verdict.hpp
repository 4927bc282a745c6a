#pragma once

#include "protocol/endpoint.hpp"
#include "protocol/http.hpp"
#include "protocol/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace flotilla::protocol {

/// The same request may succeed later.
struct try_again {
  std::string reason;      ///< a short name for counting: `429`, `503`, `network`
  std::string detail;      ///< a clause for people: what was asked of whom, and what came back
  std::string retry_after; ///< the field of that name; empty: none
};

/// What an outcome means to the one who asked: the value, another try, or the end.
template <class T>
using verdict = std::variant<T, try_again, failure>;

/// The reaction to an outcome that is not what was asked for (docs/architecture.md, "When things
/// fail"): another try for network trouble and what `classify` calls retry, the end for all else.
/// @param what names the request for people, e.g. `checking sha256:9f86… in host/repo`
std::variant<try_again, failure> setback(const http_outcome& outcome, const std::string& what);

/// The same failure of what was being done.
failure in_context(const std::string& what, const failure& why);

/// The digest under which the registry says that it holds what was asked for or sent; nothing where
/// it names none, or one of another algorithm.
std::optional<digest> named_digest(const http_response& response);

/// Does the repository hold the blob? Only a 404 means no; a 200 of another size means that what
/// lies there is broken and must be sent again.
enum class presence : std::uint8_t { absent, present };
verdict<presence> judge_blob_head(const http_outcome& outcome, const endpoint& at, const digest& id,
                                  std::uint64_t size);

/// Is this a registry, and may we talk to it? The value is nothing of interest.
verdict<std::monostate> judge_probe(const http_outcome& outcome, const endpoint& at);

/// Does the repository hold this very manifest under `reference`? The registry's word is taken.
verdict<presence> judge_manifest_head(const http_outcome& outcome, const endpoint& at,
                                      const std::string& reference, const digest& id);

/// The same of the answer to a GET, by the bytes that it serves.
verdict<presence> judge_manifest_look(const http_outcome& outcome, const endpoint& at,
                                      const std::string& reference, const digest& id);

/// Did the registry take the manifest, and under our digest?
verdict<std::monostate> judge_manifest_put(const http_outcome& outcome, const endpoint& at,
                                           const std::string& reference, const digest& id);

/// Does the registry serve exactly these bytes under `reference`? No is errc::differs.
verdict<std::monostate> judge_manifest_get(const http_outcome& outcome, const endpoint& at,
                                           const std::string& reference, const digest& id);

template <class Inspector>
auto inspect(Inspector& f, try_again& x) {
  return f(x.reason, x.detail, x.retry_after);
}

} // namespace flotilla::protocol
