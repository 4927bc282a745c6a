#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <sys/types.h>

namespace flotilla::test {

/// The most bytes that a running process has ever had resident; 0: it is gone.
inline std::uint64_t peak_memory_of(pid_t who) {
  std::ifstream status{"/proc/" + std::to_string(who) + "/status"};
  for (std::string word; status >> word;)
    if (word == "VmHWM:") {
      std::uint64_t kib = 0;
      status >> kib;
      return kib * 1024;
    }
  return 0;
}

} // namespace flotilla::test
