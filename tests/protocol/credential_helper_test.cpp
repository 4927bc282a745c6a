#include "protocol/credential_helper.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flotilla::protocol {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr auto not_found = "credentials not found in native keychain";

std::string answer(const std::string& user, const std::string& secret) {
  return R"({"ServerURL":"h.io","Username":")" + user + R"(","Secret":")" + secret + R"("})";
}

TEST(HelperSuffix, IsTheEndOfAProgramsName) {
  for (const char* good : {"pass", "ecr-login", "desktop.exe", "x", "A1_b", "..", "-"})
    EXPECT_TRUE(is_helper_suffix(good)) << good;
  EXPECT_TRUE(is_helper_suffix(std::string(64, 'x')));
  for (const char* bad :
       {"", "a/b", "/", "../x", "a\\b", "a b", " x", "x\n", "x;id", "$x", "\xC3\xA4", "a:b", "*"})
    EXPECT_FALSE(is_helper_suffix(bad)) << bad;
  EXPECT_FALSE(is_helper_suffix(std::string(65, 'x')));
  EXPECT_FALSE(is_helper_suffix({"a\0b", 3}));
}

TEST(HelperAnswer, HoldsUserAndPassword) {
  auto who = read_helper_answer({0, answer("ann", "p:w"), "a warning"});
  ASSERT_TRUE(who && *who);
  EXPECT_EQ((*who)->user, "ann");
  EXPECT_EQ((*who)->password, "p:w");
  EXPECT_EQ((*who)->identity_token, "");
}

TEST(HelperAnswer, HoldsAnIdentityTokenOfTheUserToken) {
  auto who = read_helper_answer({0, answer("<token>", "t"), {}});
  ASSERT_TRUE(who && *who);
  EXPECT_EQ((*who)->user, "");
  EXPECT_EQ((*who)->password, "");
  EXPECT_EQ((*who)->identity_token, "t");
}

TEST(HelperAnswer, IsNoneWhereTheHelperHasNone) {
  const struct {
    const char* name;
    int status;
    std::string said;
  } cases[] = {
    {"as docker's say it", 1, std::string{not_found} + '\n'},
    {"without a line end", 1, not_found},
    {"with blanks around it", 1, std::string{"\r\n "} + not_found + " \r\n"},
    {"as the last line", 1, std::string{"unlocking\n"} + not_found + '\n'},
    {"with exit code 0", 0, std::string{not_found} + '\n'},
    {"with another exit code", 2, std::string{not_found} + '\n'},
    {"an empty answer", 0, answer("", "")},
    {"an answer without members", 0, "{}"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto who = read_helper_answer({c.status, c.said, "words"});
    ASSERT_TRUE(who) << who.error().message;
    EXPECT_FALSE(*who);
  }
}

TEST(HelperAnswer, ThatIsOfNoUseIsRefused) {
  const struct {
    const char* name;
    int status;
    std::string said, cried;
    const char* says;
  } cases[] = {
    {"nothing", 0, "", "", "no JSON object"},
    {"garbage", 0, "\x01\xFF garbage", "", "no JSON object"},
    {"an array", 0, "[]", "", "no JSON object"},
    {"a text", 0, R"("ann")", "", "no JSON object"},
    {"cut short", 0, R"({"Username":"ann","Sec)", "", "no JSON object"},
    {"10,000 deep", 0, std::string(10'000, '['), "", "no JSON object"},
    {"two answers", 0, answer("a", "b") + answer("a", "b"), "", "no JSON object"},
    {"no secret", 0, answer("ann", ""), "", "without a secret"},
    {"a secret that is a number", 0, R"({"Username":"ann","Secret":7})", "", "without a secret"},
    {"no user", 0, R"({"Secret":"hush-hush"})", "", "without a user"},
    {"too much", 0, std::string(most_helper_bytes + 1, ' '), "", "64 KiB"},
    {"docker's word", 1, "no credentials server URL\n", "",
     "exit code 1: no credentials server URL"},
    {"a locked store", 1, "", "gpg: decryption failed\n", "exit code 1: gpg: decryption failed"},
    {"no word", 3, "\n", " ", "exit code 3 and said nothing"},
    {"not found, in the middle of a sentence", 1, std::string{"no "} + not_found, "",
     "exit code 1: no credentials not found"},
    {"not found, and more", 1, std::string{not_found} + "\nor so", "", "exit code 1"},
    {"killed", 128 + 9, "", "", "signal 9"},
    {"crashed", 128 + 11, "", "oops", "signal 11: oops"},
    {"what a terminal obeys", 1, "\x1b[31mred\x07", "", "exit code 1: [31mred"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto who = read_helper_answer({c.status, c.said, c.cried});
    ASSERT_FALSE(who);
    EXPECT_EQ(who.error().code, errc::unauthorized);
    EXPECT_THAT(who.error().message, HasSubstr(c.says));
    EXPECT_THAT(who.error().message, Not(HasSubstr("\x1b")));
  }
}

TEST(HelperAnswer, IsNotQuotedWhereItMayHoldTheSecret) {
  const struct {
    int status;
    std::string said, cried;
  } cases[] = {
    {1, answer("ann", "hush-hush"), ""},
    {0, R"({"Username":"ann","Secret":"hush-hush")", ""},
    {0, "hush-hush", "hush-hush"},
    {1, "", "+ echo " + answer("ann", "hush-hush")},
    {1, "the secret is hush-hush", ""},
    {1, "", "SECRET=hush-hush"},
    {0, answer("", "hush-hush"), "hush-hush"},
    {2, R"(["hush-hush",{)", ""},
  };
  for (const auto& c : cases) {
    auto who = read_helper_answer({c.status, c.said, c.cried});
    ASSERT_FALSE(who) << c.said;
    EXPECT_THAT(who.error().message + who.error().hint, Not(HasSubstr("hush-hush"))) << c.said;
  }
}

TEST(HelperAnswer, OfEnormousLengthIsCutInTheMessage) {
  auto who = read_helper_answer({1, std::string(60'000, 'x'), {}});
  ASSERT_FALSE(who);
  EXPECT_LT(who.error().message.size(), 400U);
}

} // namespace
} // namespace flotilla::protocol
