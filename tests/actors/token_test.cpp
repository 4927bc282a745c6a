#include "actors/token.hpp"

#include "actors/errors.hpp"
#include "tests/actors/token_fixture.hpp"

#include <gmock/gmock.h>

namespace flotilla::actors {
namespace {

using namespace std::chrono_literals;
using protocol::errc;
using test::network;
using testing::HasSubstr;
using testing::Not;

constexpr const char* challenge = R"(Bearer realm="https://auth.test/token",service="s")";

class Token : public token_fixture {};

TEST_F(Token, KnowsNothingAtFirstAndAsksNobodyForIt) {
  EXPECT_EQ(gist(), " 0");
  EXPECT_EQ(gist("", "Bearer stale"), " 0");
  EXPECT_TRUE(net->asked.empty());
}

TEST_F(Token, TellsWhatRemainsOfTheTimeInWhichATokenIsFresh) {
  EXPECT_EQ(gist(challenge), "Bearer t1 80");
  pass(50s, 1s);
  EXPECT_EQ(gist(), "Bearer t1 30");
  EXPECT_EQ(gist(challenge), "Bearer t1 30");
  EXPECT_EQ(gist("", "Bearer t0"), "Bearer t1 30");
  pass(29s, 1s);
  EXPECT_EQ(gist(), "Bearer t1 1");
  pass(20s, 1s);
  EXPECT_EQ(gist(), "Bearer t1 1");
  EXPECT_EQ(net->asked.size(), 1u);
}

TEST_F(Token, CountsWhatItGotAndTellsHowLongItLasts) {
  EXPECT_EQ(totals().fetched, 0u);
  ask(challenge);
  pass(40s, 1s);
  EXPECT_EQ(totals().fetched, 1u);
  EXPECT_EQ(totals().failed, 0u);
  EXPECT_NEAR(totals().seconds_left, 60, 0.1);
  pass(100s, 1s);
  EXPECT_EQ(totals().seconds_left, 0) << "it is over";
}

TEST_F(Token, FetchesTheNextForWhoNamesTheLastAsRejectedWithoutAChallenge) {
  ask(challenge);
  pass(80s, 1s);
  EXPECT_EQ(gist("", "Bearer t1"), "Bearer t2 80");
  ASSERT_EQ(net->asked.size(), 2u);
  EXPECT_EQ(net->asked[1].url, net->asked[0].url);
  EXPECT_EQ(gist("", "Bearer t1"), "Bearer t2 80"); // it is there already
  EXPECT_EQ(net->asked.size(), 2u);
}

TEST_F(Token, AnswersTheNewerOfTwoChallenges) {
  ask(challenge);
  EXPECT_EQ(gist(R"(Bearer realm="https://other.test/t")", "Bearer t1"), "Bearer t2 80");
  EXPECT_EQ(gist("", "Bearer t2"), "Bearer t3 80");
  EXPECT_THAT(net->asked[2].url, HasSubstr("https://other.test/t?"));
}

TEST_F(Token, ThatHasLivedItsLifeIsGivenToNobody) {
  ask(challenge);
  pass(100s, 1s);
  EXPECT_EQ(gist(), "Bearer t2 80");
}

TEST_F(Token, IsFetchedOnceForAllWhoAskMeanwhile) {
  ask(challenge);
  hold = true;
  std::vector<std::shared_ptr<told>> heard;
  for (int i = 0; i < 64; ++i)
    heard.push_back(ask(i % 2 == 0 ? "" : challenge, i % 4 < 2 ? "Bearer t1" : ""));
  heard.push_back(ask("", "Bearer t1"));
  EXPECT_EQ(gist_of(*heard.back()), "nothing yet");
  EXPECT_EQ(net->asked.size(), 2u);
  let_go_and_expect(heard, "Bearer t2 80");
}

/// The order of actions in a challenge is a matter of chance with some registries.
TEST_F(Token, IsFetchedOnceHoweverTheChallengeIsWritten) {
  hold = true;
  std::vector<std::shared_ptr<told>> heard;
  for (const char* scope : {"pull,push", "push,pull", "pull,push", "pull"})
    heard.push_back(ask(std::string{R"(Bearer scope="repository:m/x:)"} + scope
                        + R"(",realm="https://auth.test/token",service="s")"));
  EXPECT_EQ(net->asked.size(), 1u);
  let_go_and_expect(heard, "Bearer t1 80");
  EXPECT_THAT(net->asked[0].url, HasSubstr("scope=repository:m/x:pull%2Cpush"));
  hold = false;
  EXPECT_EQ(gist(R"(Bearer realm="https://auth.test/token",scope="repository:m/x:push,pull")"),
            "Bearer t1 80");
  EXPECT_EQ(net->asked.size(), 1u);
}

TEST_F(Token, OfAServerOnAPrivateAddressIsNotFetchedForARegistryInTheWorld) {
  for (const char* realm : {"https://127.0.0.1/t", "https://10.0.0.1/t", "https://[fe80::1]/t"}) {
    const auto heard = ask(std::string{R"(Bearer realm=")"} + realm + '"');
    ASSERT_TRUE(heard->refused) << realm;
    EXPECT_EQ(heard->refused->why.code, errc::refused) << realm;
    EXPECT_THAT(heard->refused->why.message, HasSubstr(realm));
  }
  EXPECT_TRUE(net->asked.empty());
}

/// Told a second where a tenth of one was left, a node would use it past its end.
TEST_F(Token, IsToldToLastNoLongerThanItDoes) {
  ask(challenge);
  pass(79'500ms, 500ms);
  const auto heard = ask();
  ASSERT_TRUE(heard->given);
  EXPECT_EQ(heard->given->lifetime, 500ms);
}

TEST_F(Token, StaysWhenItsRenewalFails) {
  ask(challenge);
  answer_instead = network::answer(503);
  pass(80s, 1s);
  EXPECT_EQ(gist("", "Bearer t1"), "unavailable");
  EXPECT_EQ(gist(), "Bearer t1 20");
  EXPECT_EQ(gist(challenge), "Bearer t1 20");
  answer_instead.reset();
  EXPECT_EQ(gist("", "Bearer t1"), "Bearer t2 80");
}

TEST_F(Token, OfOtherScopesIsAnother) {
  ask(challenge);
  scopes = {"repository:m/y:pull,push"};
  EXPECT_EQ(gist(), " 0");
  EXPECT_EQ(gist(challenge), "Bearer t2 80");
}

TEST_F(Token, NeedsAChallengeThatCanBeAnswered) {
  for (const char* odd : {"Negotiate", "Bearer service=\"s\"", "\"", "Digest realm=\"x\""})
    EXPECT_EQ(gist(odd), "unauthorized") << odd;
  EXPECT_TRUE(net->asked.empty());
}

TEST_F(Token, OfBasicIsGoodForEverUntilThePasswordIsRefused) {
  const std::string field = "Basic YW5uOnNlY3JldA==";
  EXPECT_EQ(gist("Basic realm=\"x\""), field + " 0");
  pass(1h, 10min);
  EXPECT_EQ(gist(), field + " 0");
  auto heard = ask("Basic realm=\"x\"", field);
  ASSERT_TRUE(heard->refused);
  EXPECT_EQ(heard->refused->why.code, errc::unauthorized);
  EXPECT_THAT(heard->refused->why.message, HasSubstr("ann"));
  EXPECT_EQ(gist("", field), "unauthorized"); // a refusal need not come with a challenge
  config = R"({"auths":{"registry.test":{"username":"ann","password":"new"}}})";
  EXPECT_EQ(gist("", field), "Basic YW5uOm5ldw== 0"); // ann:new
}

TEST_F(Token, FindsCredentialsUnderEitherSpellingOfTheRegistry) {
  const struct {
    const char* registry;
    const char* key;
    bool found;
  } cases[] = {
    {"https://reg.example", "reg.example", true},
    {"https://reg.example", "reg.example:443", true},
    {"https://reg.example", "https://reg.example:443/v1/", true},
    {"https://reg.example", "https://reg.example", true},
    {"https://reg.example:5000", "reg.example:5000", true},
    {"https://[2001:db8::1]", "[2001:db8::1]:443", true},
    {"http://127.0.0.1", "127.0.0.1:80", true},
    {"http://127.0.0.1", "http://127.0.0.1:80/v2/", true},
    {"https://reg.example", "reg.example:80", false},
    {"https://reg.example", "reg.example:4430", false},
    {"https://reg.example", "reg.example.evil:443", false},
    {"https://reg.example:5000", "reg.example", false},
    {"https://reg.example:5000", "reg.example:443", false},
    {"http://127.0.0.1", "127.0.0.1:443", false},
    {"http://127.0.0.1:443", "127.0.0.1", false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(std::string{c.registry} + " in " + c.key);
    registry = *protocol::parse_url(c.registry);
    scopes = {c.key}; // nothing is known of them
    config = login(c.key);
    EXPECT_EQ(gist("Basic realm=\"x\""),
              c.found ? "Basic YW5uOnNlY3JldA== 0" : to_string(errc::unauthorized));
  }
}

TEST_F(Token, IsAskedForByPostWithAnIdentityTokenAndItsSuccessors) {
  config = R"({"auths":{"registry.test":{"auth":"YW5uOg==","identitytoken":"first"}}})"; // ann:
  answer_instead
    = network::answer(200, {}, R"({"access_token":"t1","expires_in":100,"refresh_token":"next"})");
  EXPECT_EQ(gist(challenge), "Bearer t1 80");
  answer_instead = network::answer(200, {}, R"({"access_token":"t2","expires_in":100})");
  EXPECT_EQ(gist("", "Bearer t1"), "Bearer t2 80");
  ASSERT_EQ(net->asked.size(), 2u);
  for (const auto& each : net->asked) {
    EXPECT_EQ(each.verb, protocol::method::post);
    EXPECT_EQ(each.url, "https://auth.test/token");
    EXPECT_EQ(each.fields.value("authorization"), "");
  }
  EXPECT_THAT(net->asked[0].content, HasSubstr("refresh_token=first"));
  EXPECT_THAT(net->asked[1].content, HasSubstr("refresh_token=next"));
}

TEST_F(Token, OfTheRegistryIsUsedAsItIsAndNeverRenewed) {
  config = R"({"auths":{"registry.test":{"registrytoken":"given"}}})";
  EXPECT_EQ(gist(challenge), "Bearer given 0");
  const auto heard = ask(challenge, "Bearer given");
  ASSERT_TRUE(heard->refused);
  EXPECT_EQ(heard->refused->why.code, errc::unauthorized);
  EXPECT_THAT(heard->refused->why.message, HasSubstr("may have expired"));
  EXPECT_THAT(heard->refused->why.message, Not(HasSubstr("given ")));
  EXPECT_TRUE(net->asked.empty());
}

/// A few wrong passwords, and many a server locks the account.
TEST_F(Token, IsNotAskedForAgainAtOnceWithALoginThatWasRefused) {
  answer_instead = network::answer(401);
  EXPECT_EQ(gist(challenge), "unauthorized");
  scopes = {"repository:m/y:pull,push"};
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(gist(challenge), "unauthorized");
  EXPECT_EQ(net->asked.size(), 1u);
  answer_instead.reset();
  config = R"({"auths":{"registry.test":{"username":"ann","password":"new"}}})";
  EXPECT_EQ(gist(challenge), "Bearer t1 80") << "another password is another login";
}

TEST_F(Token, IsAskedForAfterAWhileWithALoginThatWasRefused) {
  answer_instead = network::answer(401);
  EXPECT_EQ(gist(challenge), "unauthorized");
  answer_instead.reset();
  pass(59s, 1s);
  EXPECT_EQ(gist(challenge), "unauthorized");
  pass(1s, 1s);
  EXPECT_EQ(gist(challenge), "Bearer t1 80");
}

TEST_F(Token, ThatAllowsLessThanWasAskedForSaysSo) {
  // {"access":[{"type":"repository","name":"m/x","actions":["pull"]}]}, by coreutils' basenc
  answer_instead = network::answer(
    200, {},
    R"({"token":"e30.eyJhY2Nlc3MiOlt7InR5cGUiOiJyZXBvc2l0b3J5IiwibmFtZSI6Im0veCIsImFjdGlvbnMiOlsicHVsbCJdfV19.c2ln"})");
  const auto heard = ask(challenge);
  ASSERT_TRUE(heard->given);
  EXPECT_EQ(heard->given->shortfall,
            "the token that https://auth.test/token gave allows pull, but not push, in m/x");
  scopes = {"repository:m/x:pull"};
  const auto enough = ask(challenge);
  ASSERT_TRUE(enough->given);
  EXPECT_EQ(enough->given->shortfall, "");
}

TEST_F(Token, GoesInTheClearOnlyWithoutCredentialsAndFromAPlainRegistry) {
  const struct {
    const char* registry;
    const char* config;
    errc code; // none: the token server was asked
  } cases[] = {
    {"http://lan.test:5000", "{}", errc::none},
    {"http://lan.test:5000", R"({"auths":{"lan.test:5000":{"username":"u"}}})", errc::usage},
    {"http://127.0.0.1:5000", R"({"auths":{"127.0.0.1:5000":{"username":"u"}}})", errc::refused},
    {"https://lan.test:5000", "{}", errc::refused},
    {"https://lan.test:5000", R"({"auths":{"lan.test:5000":{"username":"u"}}})", errc::refused},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(std::string{c.registry} + ' ' + c.config);
    registry = *protocol::parse_url(c.registry);
    config = c.config;
    net->asked.clear();
    auto heard = ask(R"(Bearer realm="http://auth.lan.test/token")");
    EXPECT_EQ(net->asked.size(), c.code == errc::none ? 1u : 0u);
    EXPECT_EQ(heard->refused ? heard->refused->why.code : errc::none, c.code);
    // A token of other credentials must not be found by the next case.
    scopes.push_back("repository:m/y:pull");
  }
}

TEST_F(Token, ServerInTroubleIsQuotedAsWhoWaitsNeedsIt) {
  const struct {
    const char* name;
    protocol::http_outcome outcome;
    errc code;
    const char* reason;
    const char* retry_after;
  } cases[] = {
    {"too many", network::answer(429, {{"Retry-After", "30"}}), errc::unavailable, "429", "30"},
    {"overload, with a date",
     network::answer(503, {{"retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"}}), errc::unavailable,
     "503", "Sun, 06 Nov 1994 08:49:37 GMT"},
    {"no time named", network::answer(502), errc::unavailable, "502", ""},
    {"control characters", network::answer(503, {{"Retry-After", "\x1b[2J"}}), errc::unavailable,
     "503", " [2J"},
    {"network", network::silence(), errc::unavailable, "", ""},
    {"wrong password", network::answer(401, {{"Retry-After", "30"}}), errc::unauthorized, "", ""},
    {"no permission", network::answer(403), errc::unauthorized, "", ""},
    {"no such place", network::answer(404), errc::refused, "", ""},
    {"redirect", network::answer(302), errc::refused, "", ""},
    {"nonsense", network::answer(200, {}, "<html>"), errc::unavailable, "token", ""},
    {"a token too long for a header",
     network::answer(200, {}, R"({"token":")" + std::string((16 << 10) + 1, 'x') + R"("})"),
     errc::unavailable, "token", ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    answer_instead = c.outcome;
    auto heard = ask(challenge);
    ASSERT_TRUE(heard->refused);
    EXPECT_EQ(heard->refused->why.code, c.code);
    EXPECT_EQ(heard->refused->reason, c.reason);
    EXPECT_EQ(heard->refused->retry_after, c.retry_after);
    EXPECT_THAT(heard->refused->why.message, HasSubstr("https://auth.test/token"));
    EXPECT_THAT(heard->refused->why.message, Not(HasSubstr("secret")));
    EXPECT_FALSE(heard->refused->body_complete);
    pass(1min, 10s); // then a refused login is forgotten
  }
}

TEST_F(Token, IsNotAskedForByAUrlThatNobodyTakes) {
  scopes.assign(300, "repository:m/x:pull,push"); // over 30 bytes each
  auto heard = ask(challenge);
  ASSERT_TRUE(heard->refused);
  EXPECT_EQ(heard->refused->why.code, errc::refused);
  EXPECT_THAT(heard->refused->why.message, HasSubstr("https://auth.test/token"));
  EXPECT_TRUE(net->asked.empty());
}

TEST(NoResponse, IsMadeOfAnyErrorOfAnActor) {
  auto plain = to_no_response(to_error({errc::refused, "no", "try elsewhere"}));
  EXPECT_EQ(plain.why.code, errc::refused);
  EXPECT_EQ(plain.why.message, "no");
  EXPECT_EQ(plain.why.hint, "try elsewhere");
  EXPECT_EQ(plain.reason, "");
  // The coordinator that a node asks may be gone, and come back.
  EXPECT_EQ(to_no_response(caf::sec::request_receiver_down).why.code, errc::unavailable);
}

} // namespace
} // namespace flotilla::actors
