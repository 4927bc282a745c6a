#pragma once

#include "protocol/result.hpp"

#include <string>
#include <vector>

namespace flotilla::sources {

/// The absolute path of a directory, links resolved.
/// @returns errc::source_invalid: nothing there, no directory, or one that may not be entered.
protocol::result<std::string> real_directory(const std::string& path);

/// Whether something is there; a link counts as what it leads to.
bool exists(const std::string& path);
bool is_directory(const std::string& path);

/// Names of what lies in a directory, sorted; none if it cannot be read.
std::vector<std::string> entries(const std::string& directory);

} // namespace flotilla::sources
