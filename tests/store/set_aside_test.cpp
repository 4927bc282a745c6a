#include "store/set_aside.hpp"

#include "tests/store/error_of.hpp"
#include "tests/store/read_only.hpp"
#include "tests/support/as_nobody.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace flotilla::store {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::time_t moment = 1'000'000'000; // date -u -d @1000000000: 2001-09-09 01:46:40

void put(const std::string& path, const std::string& bytes) {
  std::ofstream{path} << bytes;
}

std::string bytes_of(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

TEST(SetAside, MovesADatabaseAndAllThatLiesBesideIt) {
  const test::temp_dir dir;
  for (const char* part : {"", "-wal", "-shm", "-journal"})
    put(dir / (std::string{"x.db"} + part), std::string{"content"} + part);
  put(dir / "x.db-other", "not ours");
  const auto moved = set_aside(dir / "x.db", "damaged", moment);
  EXPECT_EQ(moved, dir / "x.db.damaged-20010909T014640Z");
  for (const char* part : {"", "-wal", "-shm", "-journal"}) {
    EXPECT_EQ(bytes_of(moved + part), std::string{"content"} + part);
    EXPECT_FALSE(fs::exists(dir / (std::string{"x.db"} + part)));
  }
  EXPECT_TRUE(fs::exists(dir / "x.db-other"));
}

TEST(SetAside, MovesALogThatHasNoDatabase) {
  const test::temp_dir dir;
  put(dir / "x.db-wal", "log");
  EXPECT_EQ(bytes_of(set_aside(dir / "x.db", "damaged", moment) + "-wal"), "log");
}

TEST(SetAside, ReplacesNothing) {
  const test::temp_dir dir;
  const auto name = dir / "x.db.newer-20010909T014640Z";
  put(name + "-wal", "an earlier log");
  fs::create_symlink("nowhere", name + "-2");
  const char* names[] = {"-3", "-4", "-5"};
  for (const char* suffix : names) {
    put(dir / "x.db", suffix);
    EXPECT_EQ(set_aside(dir / "x.db", "newer", moment), name + suffix);
  }
  EXPECT_EQ(bytes_of(name + "-wal"), "an earlier log");
  for (const char* suffix : names)
    EXPECT_EQ(bytes_of(name + suffix), suffix);
}

TEST(SetAside, SaysThatItCannotMove) {
  const test::temp_dir dir;
  put(dir / "x.db", "content");
  fs::permissions(dir.path(), read_only);
  EXPECT_THAT(
    test::as_nobody([&] { return error_of([&] { set_aside(dir / "x.db", "damaged", moment); }); }),
    AllOf(HasSubstr(dir / "x.db"), HasSubstr("damaged-2001"), HasSubstr("Permission")));
  EXPECT_EQ(bytes_of(dir / "x.db"), "content");
  fs::permissions(dir.path(), fs::perms::owner_all);
}

} // namespace
} // namespace flotilla::store
