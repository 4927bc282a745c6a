#pragma once

#include "protocol/challenge.hpp"
#include "protocol/openssh_key.hpp"
#include "protocol/result.hpp"
#include "protocol/url.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

namespace flotilla::protocol {

/// A GET for a token of Ollama's registry, signed. It is sent as it stands: with another URL, even
/// one that means the same, the signature is void.
struct ollama_token_request {
  url where;
  std::string authorization; ///< the field's value: two parts and a colon, no scheme
};

/// So many random bytes for each request.
using ollama_nonce = std::array<std::uint8_t, 16>;

/// What makes every signed request another one. This floor has neither clock nor dice.
struct token_stamp {
  std::chrono::seconds now{0}; ///< since 1970
  ollama_nonce nonce{};
};

/// Answers the challenge of a registry that knows its users by their keys, as `ollama push` does
/// (ollama: server/auth.go, auth/auth.go): `service` and every word of `scope` go into the query,
/// those of the realm stay, and the whole URL is signed.
/// @param registry who sent the challenge. The realm must be of the same host and port, and https
///        unless both are http on loopback: a signature for a stranger would be good elsewhere.
/// @param now since 1970. A registry refuses one that is far from its own time.
/// @returns errc::refused where the signature must not go, also for a URL of more than 8 KiB;
///          errc::malformed for a realm that is no URL, or a key whose halves do not belong
///          together; errc::internal when OpenSSL does not sign.
result<ollama_token_request> sign_ollama_token_request(const challenge& bearer, const url& registry,
                                                       const ed25519_key& key,
                                                       std::chrono::seconds now,
                                                       const ollama_nonce& nonce);

} // namespace flotilla::protocol
