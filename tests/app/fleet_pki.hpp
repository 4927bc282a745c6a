#pragma once

#include "app/fleet_certificates.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/stat.h>
#include <utility>
#include <vector>

namespace flotilla::test {

/// 2027-01-15T08:00:00Z, when the tests of certificates take place.
inline constexpr std::time_t this_moment = 1'800'000'000;
inline constexpr std::time_t one_day = 86'400;

/// The openssl program: another opinion than the library calls that are under test.
inline outcome openssl(std::vector<std::string> args) {
  command order;
  order.args = std::move(args);
  order.args.insert(order.args.begin(), "openssl");
  return run(std::move(order));
}

/// @returns what it wrote; a test fails if it failed.
inline std::string openssl_says(std::vector<std::string> args) {
  auto ended = openssl(std::move(args));
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  return ended.out + ended.err;
}

inline std::string content_of(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

inline void write_content(const std::string& path, const std::string& content) {
  std::ofstream{path, std::ios::binary | std::ios::trunc} << content;
}

inline mode_t mode_of(const std::string& path) {
  struct stat found = {};
  return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 07777U : 0;
}

/// The names of what lies in a directory, sorted.
inline std::vector<std::string> entries_of(const std::string& dir) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator{dir})
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// A fleet's directory with an authority that begins at `now`.
class fleet_pki {
public:
  explicit fleet_pki(std::time_t now = this_moment, int days = app::authority_days) {
    auto made = app::make_authority({dir(), days}, now);
    EXPECT_TRUE(made) << made.error().message;
  }
  std::string dir() const {
    return folder_.path().string();
  }
  std::string operator/(const std::string& name) const {
    return folder_ / name;
  }
  /// A certificate of it; a test fails if there is none.
  app::fleet_files issue(const std::string& name, int days = app::certificate_days,
                         std::time_t now = this_moment) const {
    app::certificate_order order;
    order.dir = dir();
    order.name = name;
    order.days = days;
    auto made = app::issue_certificate(order, now);
    EXPECT_TRUE(made) << made.error().message;
    return made ? *made : app::fleet_files{};
  }

private:
  temp_dir folder_;
};

} // namespace flotilla::test
