#pragma once

#include "protocol/result.hpp"
#include "sources/confines.hpp"

#include <string>
#include <vector>

namespace flotilla::sources {

/// The absolute path of a directory that lies `within`, links resolved.
/// @returns errc::source_invalid: outside, nothing there, no directory, or one that may not be
///          entered.
protocol::result<std::string> real_directory(const std::string& path, const confines& within);

/// Whether something is there; a link counts as what it leads to.
bool exists(const std::string& path);
bool is_directory(const std::string& path);

/// Names of what lies in a directory, sorted; none if it lies outside or cannot be read.
std::vector<std::string> entries(const std::string& directory, const confines& within);

} // namespace flotilla::sources
