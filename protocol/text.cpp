#include "protocol/text.hpp"

#include <algorithm>
#include <cstdint>

namespace flotilla::protocol {

namespace {

struct code_point {
  std::uint32_t value = 0;
  std::size_t length = 0; ///< bytes; 0: not UTF-8
};

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u;
}

/// The lead byte says how long the sequence is and which values would be too small for that length.
code_point first_code_point(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80)
    return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length)
    return {};
  std::uint32_t value = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i]))
      return {};
    value = value << 6 | (static_cast<unsigned char>(text[i]) & 0x3Fu);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (overlong || surrogate || value > 0x10FFFF)
    return {};
  return {value, length};
}

/// Besides the control characters: what breaks a line, and what makes text read in an order other
/// than the one it is written in.
bool is_blank_or_control(std::uint32_t c) {
  return c <= 0x20 || (c >= 0x7F && c <= 0x9F) || (c >= 0x2028 && c <= 0x202E)
         || (c >= 0x2066 && c <= 0x2069);
}

void append_blank(std::string& to) {
  if (to.empty() || to.back() != ' ')
    to += ' ';
}

/// Appends what `text` begins with. @returns how many bytes that took.
std::size_t append_printable(std::string& to, std::string_view text) {
  const auto c = first_code_point(text);
  if (c.length == 0) {
    to += '?';
    return 1;
  }
  if (is_blank_or_control(c.value))
    append_blank(to);
  else
    to += text.substr(0, c.length);
  return c.length;
}

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

std::string printable(std::string_view text, std::size_t limit) {
  constexpr std::string_view ellipsis = "…";
  std::string shown;
  std::size_t cut = 0; // how much of `shown` leaves room for the ellipsis
  while (!text.empty()) {
    text.remove_prefix(append_printable(shown, text));
    if (shown.size() > limit) {
      shown.resize(cut);
      return limit < ellipsis.size() ? shown : shown.append(ellipsis);
    }
    if (shown.size() + ellipsis.size() <= limit)
      cut = shown.size();
  }
  return shown;
}

std::string lower(std::string_view text) {
  std::string lowered{text};
  for (auto& c : lowered)
    c = lower(c);
  return lowered;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return lower(x) == lower(y);
         });
}

std::string hex_digits(const std::uint8_t* bytes, std::size_t count) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * count);
  for (std::size_t i = 0; i < count; ++i) {
    text += digits[bytes[i] >> 4];
    text += digits[bytes[i] & 15];
  }
  return text;
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

} // namespace flotilla::protocol
