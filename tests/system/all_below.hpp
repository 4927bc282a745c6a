#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace flotilla::test {

/// Everything in all files below a folder that is there, e.g. a state directory.
inline std::string all_below(const std::string& folder) {
  std::string all;
  for (const auto& each : std::filesystem::recursive_directory_iterator{folder})
    if (each.is_regular_file()) {
      std::ifstream file{each.path(), std::ios::binary};
      all.append(std::istreambuf_iterator<char>{file}, {});
    }
  return all;
}

} // namespace flotilla::test
