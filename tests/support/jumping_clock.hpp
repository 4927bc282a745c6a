#pragma once

#include "tests/support/model_on_disk.hpp"
#include "tests/support/temp_dir.hpp"

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace flotilla::test {

/// The time of day as some programs see it: it can be set while they run. Theirs alone; the
/// system's stays as it is.
class jumping_clock {
public:
  jumping_clock() {
    set({});
  }
  /// How far it is ahead of the system's, or behind it.
  void set(std::chrono::seconds ahead) const {
    const std::int64_t seconds = ahead.count();
    std::string bytes(sizeof seconds, '\0');
    std::memcpy(bytes.data(), &seconds, sizeof seconds);
    std::fstream file{dir_ / "clock", std::ios::binary | std::ios::in | std::ios::out};
    if (file.is_open()) // in place: programs have mapped it
      file << bytes << std::flush;
    else
      write_file(dir_ / "clock", bytes);
  }
  /// What a program needs in its environment to see this clock.
  std::vector<std::pair<std::string, std::string>> env() const {
    const auto* sanitizer = std::getenv("ASAN_OPTIONS"); // which would rather be loaded first
    return {{"FLOTILLA_TEST_CLOCK", dir_ / "clock"},
            {"LD_PRELOAD", FLOTILLA_JUMPING_CLOCK},
            {"ASAN_OPTIONS",
             std::string{sanitizer == nullptr ? "" : sanitizer} + ":verify_asan_link_order=0"}};
  }

private:
  temp_dir dir_;
};

} // namespace flotilla::test
