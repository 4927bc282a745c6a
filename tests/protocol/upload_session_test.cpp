#include "protocol/upload_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace flotilla::protocol {
namespace {

using testing::HasSubstr;
using testing::Not;

const url asked = *parse_url("https://reg.example/v2/m/blobs/uploads/?mount=x&from=y");

TEST(HeldBytes, AreReadFromTheRangeField) {
  const struct {
    const char* name;
    const char* field;
    std::optional<std::uint64_t> held; // nothing: malformed
  } cases[] = {
    {"no field", "", 0},
    {"fresh session", "0-0", 0},
    {"fresh session of another kind", "0--1", 0},
    {"two bytes", "0-1", 2},
    {"one KiB", "0-1023", 1024},
    {"with a unit", "bytes=0-1023", 1024},
    {"with a unit and a blank", "bytes 0-1023", 1024},
    {"unit in upper case", "Bytes=0-1023", 1024},
    {"fresh session with a unit", "bytes=0-0", 0},
    {"blanks around", " 0-1023 ", 1024},
    {"more than 32 bits", "0-5368709119", 5'368'709'120},
    {"largest but one", "0-18446744073709551614", 18'446'744'073'709'551'615u},
    {"largest number, would wrap", "0-18446744073709551615", std::nullopt},
    {"past 64 bits", "0-18446744073709551616", std::nullopt},
    {"does not begin at 0", "5-9", std::nullopt},
    {"begins at 00", "00-9", std::nullopt},
    {"unit alone", "bytes=", 0},
    {"word alone", "bytes", std::nullopt},
    {"another unit", "chunks=0-9", std::nullopt},
    {"no last byte", "0-", std::nullopt},
    {"no first byte", "-9", std::nullopt},
    {"no dash", "0", std::nullopt},
    {"one number", "1024", std::nullopt},
    {"negative", "0--2", std::nullopt},
    {"sign", "0-+9", std::nullopt},
    {"trailing text", "0-1023x", std::nullopt},
    {"total, as Content-Range has it", "bytes 0-1023/2048", std::nullopt},
    {"two ranges", "0-1,5-9", std::nullopt},
    {"blank within", "0 - 9", std::nullopt},
    {"hex", "0-0x10", std::nullopt},
    {"binary", "\xFF\x01", std::nullopt},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto held = parse_held_bytes(c.field);
    ASSERT_EQ(static_cast<bool>(held), c.held.has_value());
    if (held)
      EXPECT_EQ(*held, *c.held);
    else
      EXPECT_EQ(held.error().code, errc::malformed);
  }
}

TEST(ReadSession, TakesLocationAndRange) {
  auto session = read_session(
    {202, {{"location", "/v2/m/blobs/uploads/7?_state=abc"}, {"Range", "0-99"}}, {}, {}}, asked);
  ASSERT_TRUE(session) << session.error().message;
  EXPECT_EQ(session->location.to_string(), "https://reg.example/v2/m/blobs/uploads/7?_state=abc");
  EXPECT_EQ(session->held, 100u);
}

TEST(ReadSession, TakesARangeThatIsAbsentOrGarbageForNothingHeld) {
  EXPECT_EQ(read_session({202, {{"Location", "/u"}}, {}, {}}, asked)->held, 0u);
  EXPECT_EQ(read_session({202, {{"Location", "/u"}, {"Range", "x"}}, {}, {}}, asked)->held, 0u);
}

TEST(ReadSession, NeedsAUsableLocation) {
  const struct {
    const char* name;
    header_fields fields;
  } cases[] = {
    {"none", {}},
    {"empty", {{"Location", ""}}},
    {"blanks", {{"Location", " \t"}}},
    {"another scheme", {{"Location", "ftp://reg.example/u"}}},
    {"https to http", {{"Location", "http://storage.example/u"}}},
    {"user info", {{"Location", "https://u:p@reg.example/u"}}},
    {"binary", {{"Location", "\x01\xFF"}}},
    {"without end", {{"Location", "/" + std::string(100'000, 'a')}}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto session = read_session({202, c.fields, {}, {}}, asked);
    ASSERT_FALSE(session);
    EXPECT_EQ(session.error().code, errc::refused);
    EXPECT_THAT(session.error().message, HasSubstr("Location"));
    EXPECT_THAT(session.error().message, HasSubstr("https://reg.example/v2/m/blobs/uploads/"));
    EXPECT_LE(session.error().message.size(), 700u);
  }
}

TEST(ReadSession, ShowsNoSecretOfALocationItRefuses) {
  auto session
    = read_session({202, {{"Location", "http://s3.example/u?sig=hunter2"}}, {}, {}}, asked);
  ASSERT_FALSE(session);
  EXPECT_THAT(session.error().message, Not(HasSubstr("hunter2")));
}

TEST(NextLocation, IsResolvedWhereOneIsNamed) {
  const std::string from = "https://reg.example/v2/m/blobs/uploads/7?_state=a";
  auto next = next_location({202, {{"Location", "/v2/m/blobs/uploads/7?_state=b"}}, {}, from});
  ASSERT_TRUE(next && *next);
  EXPECT_EQ((*next)->to_string(), "https://reg.example/v2/m/blobs/uploads/7?_state=b");
  for (const auto& fields :
       {header_fields{}, header_fields{{"Location", ""}}, header_fields{{"Location", " \t"}}}) {
    auto none = next_location({202, fields, {}, from});
    ASSERT_TRUE(none);
    EXPECT_FALSE(*none);
  }
}

TEST(NextLocation, MustBeUsable) {
  const std::string from = "https://reg.example/v2/m/blobs/uploads/7";
  for (const char* location : {"ftp://reg.example/u", "http://storage.example/u?sig=hunter2",
                               "https://u:p@reg.example/u", "\x01\xFF"}) {
    auto next = next_location({202, {{"Location", location}}, {}, from});
    ASSERT_FALSE(next);
    EXPECT_EQ(next.error().code, errc::refused);
    EXPECT_THAT(next.error().message, Not(HasSubstr("hunter2")));
  }
  EXPECT_EQ(next_location({202, {{"Location", "/u"}}, {}, {}}).error().code, errc::internal);
}

TEST(HeldInStatus, IsReadFromRangeAndLocation) {
  const struct {
    const char* name;
    const char* location;
    const char* range;
    std::optional<std::uint64_t> held; // nothing: it does not say
  } cases[] = {
    {"as specified", "/u", "0-1023", 1024},
    {"nothing yet", "/u", "0-0", 0},
    {"with a unit", "/u", "bytes=0-1023", 1024},
    {"no Location", "", "0-1023", 1024},
    {"Quay", "", "bytes=0-1024", 1024},
    {"Quay, one byte", "", "bytes=0-1", 1},
    {"Quay, nothing", "", "bytes=0-0", 0},
    {"Quay, blanks", " ", " bytes=0-1024 ", 1024},
    {"Quay, fresh", "", "bytes=0--1", 0},
    {"no Range", "/u", "", std::nullopt},
    {"blanks", "/u", "  ", std::nullopt},
    {"a part only", "/u", "512-1023", std::nullopt},
    {"a word", "/u", "all", std::nullopt},
    {"a total", "/u", "bytes 0-1023/2048", std::nullopt},
    {"would wrap", "/u", "0-18446744073709551615", std::nullopt},
    {"binary", "", "\xFF\x01", std::nullopt},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(held_in_status({204, {{"Location", c.location}, {"Range", c.range}}, {}, {}}),
              c.held);
  }
}

TEST(ClosingUrl, AddsTheDigestAndKeepsTheRest) {
  const auto id = digest::of("");
  const auto closed = [&](const char* location) {
    return closing_url({*parse_url(location), 0}, id);
  };
  const auto digest_text = id.to_string();
  EXPECT_EQ(closed("https://h/u"), "https://h/u?digest=" + digest_text);
  EXPECT_EQ(closed("https://h/u?_state=a%2B=&x"),
            "https://h/u?_state=a%2B=&x&digest=" + digest_text);
}

} // namespace
} // namespace flotilla::protocol
