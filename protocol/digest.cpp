#include "protocol/digest.hpp"

#include "protocol/text.hpp"

#include <openssl/evp.h>

namespace flotilla::protocol {

namespace {

constexpr std::string_view algorithm = "sha256";
constexpr std::size_t hex_size = 2 * digest::size;
constexpr std::size_t shown_bytes = 90; ///< enough for `sha256:` and 64 digits

failure malformed(std::string_view text, const std::string& why) {
  return {errc::malformed, "`" + printable(text, shown_bytes) + "` is no digest: " + why,
          "a digest is `sha256:` and 64 lower-case hex digits"};
}

/// -1 for what is no lower-case hex digit.
int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

result<digest> parse_digits(std::string_view text, std::string_view hex) {
  if (hex.size() != hex_size)
    return malformed(text, "it has " + std::to_string(hex.size())
                             + " characters where 64 hex digits belong");
  std::array<std::uint8_t, digest::size> bytes{};
  for (std::size_t i = 0; i < hex_size; ++i) {
    const auto value = hex_value(hex[i]);
    if (value < 0)
      return malformed(text, hex[i] >= 'A' && hex[i] <= 'F'
                               ? "its hex digits must be lower case"
                               : "`" + printable(hex.substr(i, 1)) + "` is no hex digit");
    auto& byte = bytes[i / 2];
    byte = static_cast<std::uint8_t>(byte << 4 | value);
  }
  return digest{bytes};
}

EVP_MD_CTX* of(void* context) {
  return static_cast<EVP_MD_CTX*>(context);
}

} // namespace

result<digest> digest::parse(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos)
    return malformed(text, "it names no algorithm");
  const auto named = text.substr(0, colon);
  if (named != algorithm)
    return malformed(text, equal_ignoring_case(named, algorithm)
                             ? "its algorithm must be written in lower case"
                             : "its algorithm is not sha256, the only one supported");
  return parse_digits(text, text.substr(colon + 1));
}

result<digest> digest::parse_hex(std::string_view hex) {
  return parse_digits(hex, hex);
}

digest digest::of(std::string_view bytes) {
  digester hash;
  hash.update(bytes.data(), bytes.size());
  return hash.finish();
}

std::string digest::to_string() const {
  return std::string{algorithm} + ':' + hex();
}

std::string digest::hex() const {
  return hex_digits(bytes_.data(), bytes_.size());
}

std::string digest::brief() const {
  return to_string().substr(0, algorithm.size() + 1 + 12);
}

digester::digester() : context_(EVP_MD_CTX_new()) {
  if (context_ != nullptr)
    EVP_DigestInit_ex(of(context_), EVP_sha256(), nullptr);
}

digester::~digester() {
  EVP_MD_CTX_free(of(context_));
}

void digester::update(const void* data, std::size_t length) {
  if (context_ != nullptr && length > 0)
    EVP_DigestUpdate(of(context_), data, length);
}

// Where OpenSSL fails, the digest is all zero: it belongs to no content, so nothing is taken for
// what it is not.
digest digester::finish() {
  std::array<std::uint8_t, digest::size> bytes{};
  if (context_ == nullptr || EVP_DigestFinal_ex(of(context_), bytes.data(), nullptr) != 1)
    return {};
  return digest{bytes};
}

} // namespace flotilla::protocol
