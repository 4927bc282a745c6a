#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// What a fuzzer asserts. A property that does not hold stops it, and it keeps the input.
namespace flotilla::fuzz {

inline void require(bool holds) {
  if (!holds)
    __builtin_trap();
}

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Cuts the first line off `text`: for parsers that take two inputs.
inline std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

/// No byte that a terminal obeys. C1 control characters begin with 0xC2 in UTF-8.
inline bool is_fit_to_be_shown(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0xFFu;
    if (byte < 0x20 || byte == 0x7F || (byte == 0xC2 && next < 0xA0))
      return false;
  }
  return true;
}

inline bool is_visible_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

} // namespace flotilla::fuzz
