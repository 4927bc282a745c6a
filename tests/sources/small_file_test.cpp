#include "sources/small_file.hpp"

#include "tests/support/as_nobody.hpp"
#include "tests/support/model_on_disk.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

namespace flotilla::sources {
namespace {

using testing::HasSubstr;

TEST(SmallFile, IsReadWhole) {
  test::temp_dir dir;
  for (std::size_t size : {0, 1, 65536, 65537, 4 << 20}) {
    SCOPED_TRACE(size);
    std::string content(size, 'x');
    test::write_file(dir / "file", content);
    auto read = read_small_file(dir / "file", confines{});
    ASSERT_TRUE(read);
    EXPECT_TRUE(*read == content);
  }
}

TEST(SmallFile, OfMoreThanFourMebibytesIsRefused) {
  test::temp_dir dir;
  test::write_file(dir / "file", "x");
  for (std::uintmax_t size : {(4ull << 20) + 1, 1ull << 40}) { // the second is a hole
    SCOPED_TRACE(size);
    std::filesystem::resize_file(dir / "file", size);
    auto read = read_small_file(dir / "file", confines{});
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message, HasSubstr("larger than 4 MiB"));
  }
}

TEST(SmallFile, WhatIsNoFileIsRefused) {
  test::temp_dir dir;
  std::filesystem::create_directory(dir / "directory");
  std::filesystem::create_symlink("nowhere", dir / "dangling");
  ASSERT_EQ(::mkfifo((dir / "pipe").c_str(), 0600), 0);
  const struct {
    const char* name;
    const char* says;
  } cases[] = {
    {"none", "no such file"},           {"dangling", "no such file"},
    {"pipe", "not a regular file"},     {"directory", "not a regular file"},
    {"directory/none", "no such file"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto read = read_small_file(dir / c.name, confines{});
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, protocol::errc::source_invalid);
    EXPECT_THAT(read.error().message, HasSubstr(c.says));
    EXPECT_THAT(read.error().message, HasSubstr(dir / c.name));
  }
}

TEST(SmallFile, UnreadableSaysWhy) {
  test::temp_dir dir;
  test::write_file(dir / "file", "x");
  std::filesystem::permissions(dir.path(), std::filesystem::perms{0755});
  std::filesystem::permissions(dir / "file", std::filesystem::perms::none);
  auto text = test::as_nobody([&] {
    auto read = read_small_file(dir / "file", confines{});
    return read ? "was read" : read.error().message;
  });
  EXPECT_THAT(text, HasSubstr("Permission denied"));
}

} // namespace
} // namespace flotilla::sources
