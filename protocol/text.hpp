#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace flotilla::protocol {

/// Makes foreign text fit to be shown: control characters become blanks, bytes that are not UTF-8
/// become `?`, runs of blanks become one, and what is longer than `limit` bytes ends in `…`.
/// Terminals obey control characters, so nothing that came from outside is printed without this.
std::string printable(std::string_view text, std::size_t limit = 300);

/// ASCII lower case; other bytes stay.
std::string lower(std::string_view text);

/// Equal but for ASCII case.
bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

/// Two lower-case digits for each byte.
std::string hex_digits(const std::uint8_t* bytes, std::size_t count);

/// Without blanks and tabs at both ends.
std::string_view trimmed(std::string_view text) noexcept;

/// The number that the text is, in decimal digits (after a `-`, where Number has a sign) and
/// nothing else; nothing for any other text, and for a number that Number does not hold.
template <class Number>
std::optional<Number> whole_number(std::string_view text) noexcept {
  Number value{};
  const auto* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  return error == std::errc{} && end == last ? std::optional{value} : std::nullopt;
}

} // namespace flotilla::protocol
