#include "protocol/challenge.hpp"

#include <gtest/gtest.h>

namespace flotilla::protocol {
namespace {

/// `scheme(name=value,name=value)` or `scheme[token68]`, one after another.
std::string rendered(const std::vector<challenge>& all) {
  std::string text;
  for (const auto& one : all) {
    text += (text.empty() ? "" : " ") + one.scheme;
    if (!one.token68.empty())
      text += "[" + one.token68 + "]";
    if (one.parameters.empty())
      continue;
    text += "(";
    for (const auto& [name, value] : one.parameters)
      text.append(text.back() == '(' ? "" : "|").append(name).append("=").append(value);
    text += ")";
  }
  return text;
}

struct field_case {
  const char* name;
  std::string_view field;
  std::string_view read;
};

void expect_read(const field_case& c) {
  SCOPED_TRACE(c.name);
  EXPECT_EQ(rendered(parse_challenges(c.field)), c.read);
}

TEST(Challenges, AreReadAsTheGrammarHasThem) {
  const field_case cases[] = {
    {"scheme alone", "Negotiate", "negotiate"},
    {"docker hub",
     R"(Bearer realm="https://auth.docker.io/token",service="registry.docker.io",)"
     R"(scope="repository:a/b:pull,push")",
     "bearer(realm=https://auth.docker.io/token|service=registry.docker.io|"
     "scope=repository:a/b:pull,push)"},
    {"ollama", R"(Bearer realm="https://r.ollama.ai/v2/token",service="ollama",scope="-")",
     "bearer(realm=https://r.ollama.ai/v2/token|service=ollama|scope=-)"},
    {"names in any case", R"(BASIC Realm="x")", "basic(realm=x)"},
    {"value without quotes", "Bearer realm=abc, error=invalid_token",
     "bearer(realm=abc|error=invalid_token)"},
    {"blanks around everything", "  Bearer \t realm = \"a\" ,\tservice\t=\tb  ",
     "bearer(realm=a|service=b)"},
    {"no blanks at all", R"(Bearer realm="a",service="b",Basic realm="c")",
     "bearer(realm=a|service=b) basic(realm=c)"},
    {"two challenges", R"(Basic realm="r", Bearer realm="t",scope="s")",
     "basic(realm=r) bearer(realm=t|scope=s)"},
    {"scheme alone before another", R"(Negotiate, Basic realm="r")", "negotiate basic(realm=r)"},
    {"token68", "Negotiate YWJj+/==, Basic realm=r", "negotiate[YWJj+/==] basic(realm=r)"},
    {"empty elements", R"(,, Basic realm="r",, ,charset="UTF-8",)", "basic(realm=r|charset=UTF-8)"},
    {"comma in quotes", R"(Bearer scope="a,b, c=d")", "bearer(scope=a,b, c=d)"},
    {"scheme in quotes", R"(Bearer scope="x, Basic realm=y")", "bearer(scope=x, Basic realm=y)"},
    {"quote behind a backslash", R"(Bearer realm="a\"b, \\c\d")", R"(bearer(realm=a"b, \cd))"},
    {"empty value in quotes", R"(Bearer realm="")", "bearer(realm=)"},
    {"percent is no escape", R"(Bearer realm="%41")", "bearer(realm=%41)"},
  };
  for (const auto& c : cases)
    expect_read(c);
}

TEST(Challenges, ThatBreakTheGrammarAreLeftOutAndTheOthersStand) {
  const field_case cases[] = {
    {"empty", "", ""},
    {"blanks", " \t ", ""},
    {"commas", ",,,", ""},
    {"parameter without a scheme", R"(realm="r")", ""},
    {"parameter without a scheme before a challenge", R"(realm="r", Basic realm="s")",
     "basic(realm=s)"},
    {"quote left open", R"(Basic realm="r", Bearer realm="t)", "basic(realm=r)"},
    {"quote left open after a backslash", "Basic realm=\"r\\", ""},
    {"quote left open in the first parameter swallows the rest",
     R"(Bearer realm="t, Basic realm=r)", ""},
    {"text after a quoted value", R"(Bearer realm="t"x, Basic realm="r")", "basic(realm=r)"},
    {"text after an unquoted value", R"(Bearer realm=t x, Basic realm="r")", "basic(realm=r)"},
    {"no value", R"(Bearer realm="t",scope=, Basic realm="r")", "basic(realm=r)"},
    {"no name", R"(Bearer realm="t",="x", Basic realm="r")", "basic(realm=r)"},
    {"URL without quotes", R"(Bearer realm=https://t/x, Basic realm="r")", "basic(realm=r)"},
    {"scheme with a slash", R"(Bea/rer realm="t", Basic realm="r")", "basic(realm=r)"},
    {"binary", "\x01\xFF\x80, Basic realm=r", "basic(realm=r)"},
    {"binary within", "Bearer realm=t, \xFF\xFE, Basic realm=r", "basic(realm=r)"},
    {"two token68", "Negotiate abc def, Basic realm=r", "basic(realm=r)"},
    {"token68 and parameters", "Negotiate abc, x=y, Basic realm=r", "basic(realm=r)"},
    {"equal signs alone", "Negotiate ==, Basic realm=r", "basic(realm=r)"},
    {"broken, and its later parameters with it", R"(Bearer realm=", x="y", Basic realm="r")", ""},
  };
  for (const auto& c : cases)
    expect_read(c);
}

TEST(Challenges, AreBoundedInNumber) {
  std::string many_schemes;
  std::string many_parameters = "Bearer ";
  for (int i = 0; i < 1000; ++i) {
    many_schemes += "S" + std::to_string(i) + ",";
    many_parameters += "p" + std::to_string(i) + "=v,";
  }
  EXPECT_EQ(parse_challenges(many_schemes).size(), 16u);
  ASSERT_EQ(parse_challenges(many_parameters).size(), 1u);
  EXPECT_EQ(parse_challenges(many_parameters)[0].parameters.size(), 16u);
}

TEST(Challenge, AnswersWithTheFirstParameterOfAName) {
  const challenge one{"bearer", {}, {{"realm", "a"}, {"realm", "b"}}};
  EXPECT_EQ(one.parameter("realm"), "a");
  EXPECT_EQ(one.parameter("REALM"), "a");
  EXPECT_EQ(one.parameter("scope"), "");
}

TEST(PreferredChallenge, IsBearerThenBasic) {
  const auto scheme = [](std::string_view field) {
    auto chosen = preferred_challenge(parse_challenges(field));
    return chosen ? chosen->scheme : "none";
  };
  EXPECT_EQ(scheme(R"(Basic realm="a", Bearer realm="b")"), "bearer");
  EXPECT_EQ(scheme(R"(Negotiate, Basic realm="a")"), "basic");
  EXPECT_EQ(scheme("Basic"), "basic");
  EXPECT_EQ(scheme(R"(Bearer service="b", Basic realm="a")"), "basic");
  EXPECT_EQ(scheme(R"(Bearer realm="", Basic realm="a")"), "basic");
  EXPECT_EQ(scheme(R"(Bearer service="b")"), "none");
  EXPECT_EQ(scheme("Negotiate, NTLM, Digest realm=x"), "none");
  EXPECT_EQ(scheme(""), "none");
}

} // namespace
} // namespace flotilla::protocol
