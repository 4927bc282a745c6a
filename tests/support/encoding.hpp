#pragma once

#include <optional>
#include <string>

// By OpenSSL, so that a test does not measure Flotilla against itself.

namespace flotilla::test {

/// RFC 4648 section 4, padded.
std::string base64(const std::string& bytes);
/// RFC 4648 section 5, without padding.
std::string base64url(const std::string& bytes);
/// Reads padded base64 of section 4; nothing when `text` is none.
std::optional<std::string> from_base64(const std::string& text);

/// Lower-case hex digits.
std::string hex(const std::string& bytes);
/// The 32 bytes of a SHA-256.
std::string sha256(const std::string& bytes);
/// The 16 bytes of an MD5.
std::string md5(const std::string& bytes);

} // namespace flotilla::test
