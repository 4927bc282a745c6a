#include "tests/support/encoding.hpp"

#include <gtest/gtest.h>

namespace flotilla::test {

namespace {

TEST(Encoding, IsThatOfItsSpecifications) {
  EXPECT_EQ(base64("fo"), "Zm8="); // RFC 4648 section 10
  EXPECT_EQ(base64url("\xfb\xff"), "-_8");
  EXPECT_EQ(from_base64("Zm9vYg=="), "foob");
  EXPECT_EQ(from_base64(""), "");
  EXPECT_EQ(hex(md5("")), "d41d8cd98f00b204e9800998ecf8427e"); // RFC 1321, A.5
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Encoding, ReadsNothingElse) {
  for (const auto* bad : {"Zm9vYg=", "Zm9", "Zm9v Yg==", " Zm9v", "Zh==", "Zm9*", "===="})
    EXPECT_FALSE(from_base64(bad)) << bad;
}

} // namespace

} // namespace flotilla::test
