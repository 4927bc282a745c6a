#include "protocol/md5.hpp"

#include <gtest/gtest.h>

namespace flotilla::protocol {
namespace {

// RFC 1321, appendix A.5.
TEST(Md5, IsThatOfTheStandard) {
  const struct {
    const char* text;
    const char* hex;
  } cases[] = {
    {"", "d41d8cd98f00b204e9800998ecf8427e"},
    {"a", "0cc175b9c0f1b6a831c399e269772661"},
    {"abc", "900150983cd24fb0d6963f7d28e17f72"},
    {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
    {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
     "57edf4a22be3c955ac49da2e2107b67a"},
  };
  for (const auto& c : cases) {
    auto sum = md5_of(c.text);
    ASSERT_TRUE(sum);
    EXPECT_EQ(sum->hex(), c.hex) << c.text;
  }
}

TEST(Md5, OfPiecesIsThatOfTheWhole) {
  md5_summer sum;
  for (const auto* piece : {"mess", "", "age", " digest"})
    sum.update(piece, std::string_view{piece}.size());
  auto done = sum.finish();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->hex(), "f96b697d7cb7938d525a2f31aaf161d0");
}

TEST(Md5, IsSixteenBytes) {
  auto sum = md5_of("a");
  ASSERT_TRUE(sum);
  EXPECT_EQ(sum->binary().size(), 16u);
  EXPECT_EQ(sum->binary().substr(0, 2), "\x0c\xc1");
}

} // namespace
} // namespace flotilla::protocol
