#pragma once

#include <cstdint>
#include <vector>

namespace flotilla::protocol {

/// Who asks for as much as it can get.
constexpr std::uint64_t all_there_is = UINT64_MAX;

/// Divides `total` max-min fairly: nobody gets more than it wants, and what one does not want is
/// divided among the others alike. @returns a share for each, which sum up to `total` unless all
/// want less; the first few get what does not divide
std::vector<std::uint64_t> fair_shares(std::uint64_t total,
                                       const std::vector<std::uint64_t>& wants);

} // namespace flotilla::protocol
