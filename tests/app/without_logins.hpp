#pragma once

#include "app/options.hpp"
#include "tests/app/scoped_environment.hpp"
#include "tests/support/temp_dir.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <string>

namespace flotilla::app {

/// A user who has not logged in anywhere yet.
class without_logins : public testing::Test {
protected:
  /// A file in the folder that is theirs. @returns its path.
  std::string write(const std::string& name, const std::string& text) const {
    const auto path = dir / name;
    std::filesystem::create_directories(std::filesystem::path{path}.parent_path());
    std::ofstream{path} << text;
    return path;
  }

  test::temp_dir dir;
  options chosen;
  test::scoped_environment no_files{{{"HOME", dir / "home"},
                                     {"DOCKER_CONFIG", ""},
                                     {"DOCKER_AUTH_CONFIG", ""},
                                     {"REGISTRY_AUTH_FILE", ""},
                                     {"XDG_RUNTIME_DIR", dir / "run"},
                                     {"XDG_CONFIG_HOME", ""}}};
};

} // namespace flotilla::app
