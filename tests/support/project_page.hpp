#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>

// What the project's own pages and configurations say, for tests that hold them against the truth.
namespace flotilla::test {

inline std::filesystem::path project_folder() {
  return std::filesystem::path{__FILE__}.parent_path() / "../..";
}

/// @param path from the top of the project
inline std::string project_page(const char* path) {
  std::ifstream in{project_folder() / path};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// The names in backquotes that begin a row of a table in docs/metrics.md.
inline std::set<std::string> documented_series() {
  std::set<std::string> names;
  std::istringstream lines{project_page("docs/metrics.md")};
  for (std::string line; std::getline(lines, line);)
    if (line.rfind("| `flotilla_", 0) == 0 || line.rfind("| `process_", 0) == 0)
      names.insert(line.substr(3, line.find('`', 3) - 3));
  return names;
}

} // namespace flotilla::test
