#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace flotilla::simulation {

/// What came of many seeds.
struct crowd_result {
  std::uint64_t played = 0;
  std::uint64_t steps = 0;
  std::vector<std::uint64_t> broken; ///< seeds, ascending
  std::vector<std::uint64_t> fatal;  ///< those of them that ended a process
};

/// Plays the seeds `from`, `from + 1`, … in `jobs` processes, one after the other in each: one that
/// brings its process down costs that process alone, which is begun again behind it.
/// @param broke called as soon as a seed is known to be broken, on this process; false: that is
///        enough
crowd_result play_many(std::uint64_t from, std::uint64_t count, unsigned jobs,
                       const std::function<bool(std::uint64_t seed, bool fatal)>& broke);

} // namespace flotilla::simulation
