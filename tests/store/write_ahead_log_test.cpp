#include "store/write_ahead_log.hpp"

#include "tests/store/child.hpp"
#include "tests/store/raw_sql.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace flotilla::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

void put(const std::string& path, const std::string& bytes) {
  std::ofstream{path, std::ios::binary} << bytes;
}

std::string bytes_of(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// A log as SQLite itself leaves it when its process dies.
std::string real_log(const test::temp_dir& dir) {
  child dying{[&](const auto&) {
    sqlite3* file = nullptr;
    sqlite3_open((dir / "real.db").c_str(), &file);
    sqlite3_exec(file, "PRAGMA journal_mode=WAL; CREATE TABLE t (n)", nullptr, nullptr, nullptr);
  }};
  dying.wait();
  return bytes_of(dir / "real.db-wal");
}

TEST(WriteAheadLog, OfADatabaseIsNoDamage) {
  const test::temp_dir dir;
  const auto log = real_log(dir);
  ASSERT_GT(log.size(), 4'096u);
  const struct {
    const char* name;
    std::string log;
  } cases[] = {
    {"whole", log},
    {"without its last byte", log.substr(0, log.size() - 1)},
    {"its header alone", log.substr(0, 32)},
    {"a power cut before the header was whole", log.substr(0, 31)},
    {"a power cut that left zeros", std::string(log.size(), '\0')},
    {"empty", ""},
  };
  put(dir / "x.db", "any");
  for (const auto& test : cases) {
    put(dir / "x.db-wal", test.log);
    EXPECT_EQ(log_damage(dir / "x.db"), "") << test.name;
  }
  fs::remove(dir / "x.db-wal");
  EXPECT_EQ(log_damage(dir / "x.db"), "");
  EXPECT_EQ(log_damage(dir / "none.db"), "");
}

TEST(WriteAheadLog, ThatCannotBeReadIsDamage) {
  const test::temp_dir dir;
  const auto log = real_log(dir);
  put(dir / "x.db", "any");
  put(dir / "x.db-wal", std::string(10'000, 'x'));
  EXPECT_THAT(log_damage(dir / "x.db"), HasSubstr("unreadable"));
  for (std::size_t i = 0; i < 32; ++i) {
    auto damaged = log;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    put(dir / "x.db-wal", damaged);
    EXPECT_THAT(log_damage(dir / "x.db"), HasSubstr("unreadable")) << "byte " << i;
  }
}

TEST(WriteAheadLog, WithoutADatabaseIsDamage) {
  const test::temp_dir dir;
  put(dir / "x.db-wal", real_log(dir));
  EXPECT_THAT(log_damage(dir / "x.db"), HasSubstr("nothing that it belongs to"));
  put(dir / "x.db", "");
  EXPECT_THAT(log_damage(dir / "x.db"), HasSubstr("nothing that it belongs to"));
}

/// By hand, after the file format's description, for the byte order that no machine of ours writes.
/// All numbers are 0 but the magic one, so both sums are: s0 = m, s1 = m; then s0 = s0 + s1 = 2m,
/// s1 = s1 + s0 = 3m; then s0 = 2m + 3m = 5m, s1 = 3m + 5m = 8m, where m is 0x377f0683.
TEST(WriteAheadLog, MayBeBigEndian) {
  const test::temp_dir dir;
  const std::string header{"\x37\x7f\x06\x83\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                           "\x15\x7b\x20\x8f\xbb\xf8\x34\x18",
                           32};
  put(dir / "x.db", "any");
  put(dir / "x.db-wal", header);
  EXPECT_EQ(log_damage(dir / "x.db"), "");
}

} // namespace
} // namespace flotilla::store
