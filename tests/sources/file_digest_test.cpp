#include "sources/file_digest.hpp"

#include "tests/support/as_nobody.hpp"
#include "tests/support/model_on_disk.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

namespace flotilla::sources {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Expected values come from sha256sum.
TEST(FileDigest, IsThatOfTheWholeContent) {
  const struct {
    std::string content;
    const char* hex;
  } cases[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {std::string((3 << 20) + 1, '\0'),
     "5983281b51c767c831104f52c95e4075f27e6f4fa8dd0526e3929f79176a1217"},
  };
  test::temp_dir dir;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.hex);
    test::write_file(dir / "file", c.content);
    auto found = file_digest(dir / "file");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->hex(), c.hex);
  }
}

TEST(FileDigest, OfALinkIsThatOfItsFile) {
  test::temp_dir dir;
  test::write_file(dir / "file", "abc");
  std::filesystem::create_symlink("file", dir / "link");
  auto found = file_digest(dir / "link");
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, protocol::digest::of("abc"));
}

TEST(FileDigest, WhatIsNoFileIsRefusedAndNotWaitedFor) {
  test::temp_dir dir;
  std::filesystem::create_directory(dir / "directory");
  ASSERT_EQ(::mkfifo((dir / "pipe").c_str(), 0600), 0);
  const struct {
    std::string path;
    const char* says;
  } cases[] = {
    {dir / "none", "No such file"},
    {dir / "pipe", "not a regular file"},
    {dir / "directory", "not a regular file"},
    {"/dev/zero", "not a regular file"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.path);
    auto found = file_digest(c.path);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, protocol::errc::source_invalid);
    EXPECT_THAT(found.error().message, AllOf(HasSubstr(c.says), HasSubstr(c.path)));
  }
}

TEST(FileDigest, UnreadableSaysWhy) {
  test::temp_dir dir;
  test::write_file(dir / "file", "x");
  std::filesystem::permissions(dir.path(), std::filesystem::perms{0755});
  std::filesystem::permissions(dir / "file", std::filesystem::perms::none);
  auto text = test::as_nobody([&] {
    auto found = file_digest(dir / "file");
    return found ? "was read" : found.error().message;
  });
  EXPECT_THAT(text, HasSubstr("Permission denied"));
}

} // namespace
} // namespace flotilla::sources
