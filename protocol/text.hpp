#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

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

} // namespace flotilla::protocol
