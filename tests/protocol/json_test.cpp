#include "protocol/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flotilla::protocol {
namespace {

using testing::HasSubstr;

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(Json, IsReadUpTo64Levels) {
  EXPECT_TRUE(parse_json(nested(64)));
  EXPECT_TRUE(parse_json("{\"a\":" + nested(63) + "}"));
}

TEST(Json, NestedDeeperIsRefusedForThatReason) {
  std::string objects;
  for (int i = 0; i < 10'000; ++i)
    objects += "{\"a\":";
  for (const auto& text :
       {nested(65), nested(10'000), std::string(4 << 20, '['), std::string(1'000'000, '{'), objects,
        "{\"a\":" + nested(64) + "}", "[\"\\\"\"," + nested(64) + "]"}) {
    SCOPED_TRACE(text.substr(0, 20));
    auto parsed = parse_json(text);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, errc::malformed);
    EXPECT_THAT(parsed.error().message, HasSubstr("deeper than 64"));
  }
}

TEST(Json, BracketsInStringsAreNoLevels) {
  EXPECT_TRUE(parse_json("\"" + std::string(1000, '[') + "\""));
  EXPECT_TRUE(parse_json("[\"\\\"" + std::string(1000, '{') + "\\\\\"]"));
}

TEST(Json, ManyValuesSideBySideAreNoLevels) {
  std::string text = "[0";
  for (int i = 0; i < 1000; ++i)
    text += ",[],{}";
  EXPECT_TRUE(parse_json(text + "]"));
}

TEST(Json, ThatIsNoneIsRefusedUnquoted) {
  for (const std::string& text :
       {std::string{}, std::string{"   "}, std::string{"hunter2"}, std::string{"{"},
        std::string{"{\"a\":1,}"}, std::string{"{'a':1}"}, std::string{"[1] hunter2"},
        std::string{"\"\xFF\""}, std::string{"\"a\nb\""}, std::string{"1e999"}, std::string{"01"},
        std::string{"NaN"}, std::string{"// comment\n1"}, std::string{"\"\\ud800\""},
        std::string{"[1\0]", 4}, std::string{"]"}, std::string{"\"unfinished"}}) {
    SCOPED_TRACE(text);
    auto parsed = parse_json(text);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, errc::malformed);
    EXPECT_EQ(parsed.error().message, "not JSON");
  }
}

TEST(Json, StringMembersAreReadAndAllElseIsEmpty) {
  const auto object = *parse_json(R"({"a":"text","b":1,"c":null,"d":["x"]})");
  EXPECT_EQ(string_member(object, "a"), "text");
  for (const char* name : {"b", "c", "d", "absent"})
    EXPECT_EQ(string_member(object, name), "");
  EXPECT_EQ(string_member(*parse_json("[\"a\"]"), "a"), "");
  EXPECT_EQ(string_member(*parse_json("null"), "a"), "");
}

} // namespace
} // namespace flotilla::protocol
