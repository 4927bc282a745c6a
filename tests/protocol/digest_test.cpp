#include "protocol/digest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unordered_set>

namespace flotilla::protocol {
namespace {

using testing::HasSubstr;

// FIPS 180-2 appendix B, the empty text, and the empty JSON of image-spec, manifest.md.
constexpr auto of_abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr auto of_nothing
  = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr auto of_braces
  = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
constexpr auto of_million_a
  = "sha256:cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST(Digest, IsTheSha256OfTheBytes) {
  EXPECT_EQ(digest::of("abc").to_string(), of_abc);
  EXPECT_EQ(digest::of("").to_string(), of_nothing);
  EXPECT_EQ(digest::of("{}").to_string(), of_braces);
}

TEST(Digest, OfPiecesIsTheOneOfTheWhole) {
  digester hash;
  const std::string piece(1000, 'a');
  for (int i = 0; i < 1000; ++i)
    hash.update(piece.data(), piece.size());
  hash.update(nullptr, 0);
  EXPECT_EQ(hash.finish().to_string(), of_million_a);
}

TEST(Digest, IsWrittenInThreeForms) {
  const auto id = digest::of("abc");
  EXPECT_EQ(id.hex(), std::string{of_abc}.substr(7));
  EXPECT_EQ(id.brief(), "sha256:ba7816bf8f01");
  EXPECT_EQ(digest{}.hex(), std::string(64, '0'));
}

TEST(Digest, ReadsWhatItWrites) {
  for (const char* text : {of_abc, of_nothing, of_braces}) {
    SCOPED_TRACE(text);
    auto read = digest::parse(text);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->to_string(), text);
    auto hex = digest::parse_hex(read->hex());
    ASSERT_TRUE(hex);
    EXPECT_EQ(*hex, *read);
  }
}

TEST(Digest, RefusesAllElseAndSaysWhy) {
  const std::string hex = std::string{of_abc}.substr(7);
  const struct {
    const char* name;
    std::string text;
    const char* why;
  } cases[] = {
    {"empty", "", "names no algorithm"},
    {"digits alone", hex, "names no algorithm"},
    {"no digits", "sha256:", "it has 0 characters"},
    {"one digit short", "sha256:" + hex.substr(1), "it has 63 characters"},
    {"one digit long", "sha256:" + hex + "0", "it has 65 characters"},
    {"sha512", "sha512:" + hex + hex, "not sha256"},
    {"sha512 of sha256's length", "sha512:" + hex, "not sha256"},
    {"md5", "md5:d41d8cd98f00b204e9800998ecf8427e", "not sha256"},
    {"no algorithm before the colon", ":" + hex, "not sha256"},
    {"algorithm in upper case", "SHA256:" + hex, "algorithm must be written in lower case"},
    {"digits in upper case", "sha256:B" + hex.substr(1), "must be lower case"},
    {"letter past f", "sha256:g" + hex.substr(1), "`g` is no hex digit"},
    {"way out of the store", "sha256:../../../../etc/passwd", "it has 22 characters"},
    {"way out of the store, padded", "sha256:../" + hex.substr(3), "`.` is no hex digit"},
    {"slash as the last digit", "sha256:" + hex.substr(1) + "/", "`/` is no hex digit"},
    {"blank before", " sha256:" + hex, "not sha256"},
    {"blank after", "sha256:" + hex + " ", "it has 65 characters"},
    {"NUL inside", "sha256:" + std::string(1, '\0') + hex.substr(1), "is no hex digit"},
    {"two digests", std::string{of_abc} + ":" + hex, "it has 129 characters"},
    {"byte beyond ASCII", "sha256:\xC3" + hex.substr(1), "`?` is no hex digit"},
    {"as a file name writes it", "sha256-" + hex, "names no algorithm"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto read = digest::parse(c.text);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, errc::malformed);
    EXPECT_THAT(read.error().message, HasSubstr(c.why));
    EXPECT_LE(read.error().message.size(), 300u);
  }
}

TEST(Digest, ShowsNoControlCharacterOfABadOne) {
  auto read = digest::parse("sha256:\x1B[2J");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message.find('\x1B'), std::string::npos);
}

TEST(Digest, HexAloneTakesNoPrefix) {
  EXPECT_FALSE(digest::parse_hex(of_abc));
  EXPECT_FALSE(digest::parse_hex(""));
  EXPECT_FALSE(digest::parse_hex(std::string(64, 'G')));
  EXPECT_TRUE(digest::parse_hex(std::string(64, 'a')));
}

TEST(Digest, OrdersAndHashesAsAValue) {
  const auto low = *digest::parse_hex(std::string(63, '0') + "1");
  const auto high = *digest::parse_hex("1" + std::string(63, '0'));
  EXPECT_TRUE(digest{} < low);
  EXPECT_TRUE(low < high);
  EXPECT_FALSE(high < low);
  EXPECT_NE(low, high);
  const std::unordered_set<digest> set{low, high, low};
  EXPECT_EQ(set.size(), 2u);
}

} // namespace
} // namespace flotilla::protocol
