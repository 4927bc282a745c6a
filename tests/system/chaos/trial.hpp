#pragma once

#include "tests/system/chaos/blow.hpp"
#include "tests/system/program.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace flotilla::test {

/// A model as the benchmark's M comes, 400 blobs whose sizes are spread over their logarithms from
/// 4 KiB on, but to 1 MiB instead of 32: 70 MiB, so that a push takes seconds.
class chaos_model {
public:
  chaos_model();

  const program& flotilla() const noexcept { ///< whose home it lies in
    return home_;
  }
  std::string source() const {
    return "oci:" + layout();
  }
  std::string layout() const {
    return home_ / "model";
  }
  std::uint64_t bytes() const noexcept {
    return bytes_;
  }

private:
  program home_;
  std::uint64_t bytes_ = 0;
};

/// How a push ended that was hit.
struct trial_result {
  std::uint64_t seed = 0;
  std::vector<std::string> fallen;  ///< the blows, as far as they came to fall
  int runs = 0;                     ///< of the client: one, or one more
  std::vector<std::string> trouble; ///< none: the registry equals the source
  double seconds = 0;
  std::map<std::string, std::string> logs; ///< of all processes
};

/// Has the fleet push the model while the blows of that seed fall, once more if the first run does
/// not end well, and compares the registry with the source. Ends within two minutes.
trial_result try_push(const chaos_model& model, std::uint64_t seed);

/// In one line: seed, blows, how it ended, seconds.
std::string summary(const trial_result& of);

} // namespace flotilla::test
