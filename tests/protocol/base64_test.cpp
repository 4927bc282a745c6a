#include "protocol/base64.hpp"

#include <gtest/gtest.h>

namespace flotilla::protocol {
namespace {

using namespace std::string_view_literals;

// RFC 4648 section 10; the last two by coreutils' base64.
const struct {
  std::string_view bytes;
  std::string_view text;
} pairs[] = {
  {"", ""},
  {"f", "Zg=="},
  {"fo", "Zm8="},
  {"foo", "Zm9v"},
  {"foob", "Zm9vYg=="},
  {"fooba", "Zm9vYmE="},
  {"foobar", "Zm9vYmFy"},
  {"\0\xFF\x10"sv, "AP8Q"},
  {"\xFB\xEF\xBE\xFF\xFF"sv, "++++//8="},
};

TEST(Base64, RendersAndReadsTheVectorsOfTheRfc) {
  for (const auto& pair : pairs) {
    SCOPED_TRACE(pair.text);
    EXPECT_EQ(to_base64(pair.bytes), pair.text);
    auto read = from_base64(pair.text);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, pair.bytes);
  }
}

TEST(Base64, PaddingMayBeMissing) {
  for (const auto& pair : pairs) {
    SCOPED_TRACE(pair.text);
    auto read = from_base64(pair.text.substr(0, pair.text.find('=')));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, pair.bytes);
  }
}

TEST(Base64, RefusesOtherCharactersAndLengths) {
  const struct {
    const char* name;
    std::string_view text;
  } cases[] = {
    {"length 1", "Z"},
    {"length 5", "Zm9vY"},
    {"padding alone", "="},
    {"four of padding", "===="},
    {"three of padding", "Z==="},
    {"padding of a length that has none", "Zm8=="},
    {"half of the padding", "Zg="},
    {"padding inside", "Zg==Zm8="},
    {"line break", "Zm9v\nYmFy"},
    {"blank at the end", "Zm9v "},
    {"alphabet of URLs, minus", "--__"},
    {"NUL", "Zm9\0"sv},
    {"byte beyond ASCII", "Zm9\xC3"},
    {"JSON escape left in", "Zm9v\\u003d"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto read = from_base64(c.text);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, errc::malformed);
  }
}

TEST(Base64, DoesNotQuoteWhatMayBeASecret) {
  auto read = from_base64("aHVudGVyMg!!");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message.find("aHVu"), std::string::npos);
}

} // namespace
} // namespace flotilla::protocol
