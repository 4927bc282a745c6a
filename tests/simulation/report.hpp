#pragma once

#include "tests/simulation/run.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace flotilla::simulation {

/// Of the faults of a scenario, those with these numbers, in order. Numbers that it does not have
/// are passed over.
scenario with_faults(scenario of, const std::vector<std::size_t>& which);

/// The fewest of its faults with which the seed still breaks that invariant.
std::vector<std::size_t> fewest_faults(const scenario& of, const std::string& invariant);

/// For people: the seed, what broke, the fewest faults that break it, and how to see it again.
std::string report(const scenario& of, const violation& broken);

/// `0,3,5`. @returns false where the text is no such list
bool parse_list(const std::string& text, std::vector<std::size_t>& to);

} // namespace flotilla::simulation
