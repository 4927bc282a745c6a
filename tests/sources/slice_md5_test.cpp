#include "sources/slice_md5.hpp"

#include "tests/support/model_on_disk.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

namespace flotilla::sources {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Expected values come from md5sum.
TEST(SliceMd5, IsThatOfThePartAlone) {
  const struct {
    std::string content;
    std::uint64_t offset;
    std::uint64_t length;
    const char* hex;
  } cases[] = {
    {"", 0, 0, "d41d8cd98f00b204e9800998ecf8427e"},
    {"abc", 0, 3, "900150983cd24fb0d6963f7d28e17f72"},
    {"xabcx", 1, 3, "900150983cd24fb0d6963f7d28e17f72"},
    {"abc", 2, 1, "4a8a08f09d37b73795649038408b5f33"},
    {"abc", 3, 0, "d41d8cd98f00b204e9800998ecf8427e"},
    {std::string((3 << 20) + 1, '\0'), 0, (3 << 20) + 1, "c5dc5cd5b301f69bc6a4667dc9b782e4"},
    {std::string((3 << 20) + 1, '\0'), 1 << 20, 2 << 20, "b2d1236c286a3c0704224fe4105eca49"},
    {std::string((3 << 20) + 1, '\0'), 2 << 20, (1 << 20) + 1, "9587b149ff392ca6887a05d921e73e72"},
  };
  test::temp_dir dir;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.hex);
    test::write_file(dir / "file", c.content);
    auto sum = slice_md5({dir / "file", c.offset, c.length, c.content.size()});
    ASSERT_TRUE(sum) << sum.error().message;
    EXPECT_EQ(sum->hex(), c.hex);
  }
}

TEST(SliceMd5, IsNotTakenOfWhatIsNotTheFileThatWasPlanned) {
  test::temp_dir dir;
  test::write_file(dir / "file", "abc");
  std::filesystem::create_directory(dir / "directory");
  ASSERT_EQ(::mkfifo((dir / "pipe").c_str(), 0600), 0);
  const struct {
    protocol::file_slice part;
    const char* says;
  } cases[] = {
    {{dir / "none", 0, 1, 1}, "No such file"},
    {{dir / "pipe", 0, 1, 1}, "not a regular file"},
    {{dir / "directory", 0, 1, 1}, "not a regular file"},
    {{"/dev/zero", 0, 1, 1}, "not a regular file"},
    {{dir / "file", 0, 3, 4}, "has 3 bytes, not 4"},
    {{dir / "file", 0, 2, 2}, "has 3 bytes, not 2"},
    {{dir / "file", 0, 4, 3}, "bytes"},
    {{dir / "file", 4, 0, 3}, "bytes"},
    {{dir / "file", 2, 2, 3}, "bytes"},
    {{dir / "file", 1, UINT64_MAX, 3}, "bytes"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.part.path);
    auto sum = slice_md5(c.part);
    ASSERT_FALSE(sum);
    EXPECT_EQ(sum.error().code, protocol::errc::source_invalid);
    EXPECT_THAT(sum.error().message, AllOf(HasSubstr(c.says), HasSubstr(c.part.path)));
  }
}

} // namespace
} // namespace flotilla::sources
