#include "protocol/base64.hpp"

#include <cstdint>

namespace flotilla::protocol {

namespace {

constexpr std::string_view alphabet
  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::uint32_t byte_at(std::string_view bytes, std::size_t i) {
  return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u;
}

/// Padding only fills up a group of four.
std::string_view without_padding(std::string_view text) {
  if (text.size() % 4 != 0)
    return text;
  for (int i = 0; i < 2 && !text.empty() && text.back() == '='; ++i)
    text.remove_suffix(1);
  return text;
}

} // namespace

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto group = byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2);
    text += alphabet[group >> 18];
    text += alphabet[group >> 12 & 63u];
    text += i + 1 < bytes.size() ? alphabet[group >> 6 & 63u] : '=';
    text += i + 2 < bytes.size() ? alphabet[group & 63u] : '=';
  }
  return text;
}

// What cannot be read may be a secret: messages say where it is wrong and never quote it.
result<std::string> from_base64(std::string_view text) {
  text = without_padding(text);
  if (text.size() % 4 == 1)
    return failure{errc::malformed, "not base64: its length is not one that base64 has", {}};
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t window = 0;
  unsigned bits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto value = alphabet.find(text[i]);
    if (value == std::string_view::npos)
      return failure{errc::malformed,
                     "not base64: character " + std::to_string(i + 1) + " is not of its alphabet",
                     {}};
    window = window << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>(window >> bits & 0xFFu);
    }
  }
  return bytes;
}

} // namespace flotilla::protocol
