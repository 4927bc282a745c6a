#pragma once

#include "protocol/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace flotilla::sources {

/// So many names are listed in a message; the rest is counted.
inline constexpr std::size_t listed_at_most = 20;

/// A path or name as it stands in a message: printable, in double quotes.
std::string in_quotes(std::string_view text);

/// `"a", "b" and 3 more`; `nothing` for no names.
std::string listed(const std::vector<std::string>& names);

/// What the system says of an errno, e.g. `No such file or directory`.
std::string reason(int error);

/// An errc::source_invalid.
protocol::failure invalid(std::string message, std::string hint = {});
/// The same of a file that cannot be read.
protocol::failure cannot_read(const std::string& path, const std::string& why);
/// An errc::usage.
protocol::failure misuse(std::string message, std::string hint = {});

} // namespace flotilla::sources
