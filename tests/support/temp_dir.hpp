#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

namespace flotilla::test {

/// An empty directory of its own for a test, gone with all its content when the object is.
class temp_dir {
public:
  explicit temp_dir(const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
    auto pattern = (parent / "flotilla-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      throw std::runtime_error{"no temporary directory: " + pattern};
    path_ = std::filesystem::canonical(pattern);
  }
  ~temp_dir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temp_dir(const temp_dir&) = delete;
  temp_dir& operator=(const temp_dir&) = delete;

  /// Absolute, without links.
  const std::filesystem::path& path() const noexcept {
    return path_;
  }
  /// The path of something in it.
  std::string operator/(const std::string& name) const {
    return (path_ / name).string();
  }

private:
  std::filesystem::path path_;
};

} // namespace flotilla::test
