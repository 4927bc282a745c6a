#pragma once

#include <filesystem>

namespace flotilla::store {

/// To its owner, too: the tests may run as anybody.
constexpr auto read_only = std::filesystem::perms{0555};

} // namespace flotilla::store
