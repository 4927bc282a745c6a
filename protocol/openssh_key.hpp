#pragma once

#include "protocol/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace flotilla::protocol {

/// An Ed25519 key pair (RFC 8032 section 5.1.5). There is one of it: it moves, is never copied,
/// and leaves no seed behind in memory.
struct ed25519_key {
  static constexpr std::size_t size = 32; ///< bytes of each half

  std::array<std::uint8_t, size> seed{}; ///< the secret half
  std::array<std::uint8_t, size> public_key{};

  ed25519_key() = default;
  ed25519_key(ed25519_key&& other) noexcept;
  ed25519_key& operator=(ed25519_key&& other) noexcept;
  ~ed25519_key();
};

/// How SSH writes a public key (RFC 8709 section 4): 51 bytes, of which `.pub` files hold the
/// base64.
std::string ssh_public_key(const ed25519_key& key);
/// Its base64: what `.pub` files hold after the word `ssh-ed25519`.
std::string ssh_public_text(const ed25519_key& key);

/// Reads the private key file of `ollama serve` or ssh-keygen, of at most 64 KiB: the format
/// openssh-key-v1 (OpenSSH, PROTOCOL.key) in lines of any length. It must hold one Ed25519 key
/// without a passphrase.
/// @returns errc::usage for a key that is sound but not of that kind, with the way out; or
///          errc::malformed for what is no such file. No message quotes the text.
result<ed25519_key> parse_openssh_key(std::string_view text);

} // namespace flotilla::protocol
