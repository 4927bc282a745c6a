#include "tests/support/registry.hpp"
#include "tests/support/scripted_registry.hpp"
#include "tests/system/program.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>

namespace flotilla::test {

namespace {

constexpr const char* user = "captain";
constexpr const char* password = "pass:wörd";
// printf 'captain:pass:wörd' | base64
constexpr const char* encoded = "Y2FwdGFpbjpwYXNzOnfDtnJk";

std::string docker_config(const std::string& host, const std::string& auth = encoded) {
  return R"({"auths":{")" + host + R"(":{"auth":")" + auth + R"("}}})";
}

// ---- a real registry with a password file -----------------------------------------------------

class Login : public ::testing::Test {
protected:
  static registry_options closed() {
    registry_options options;
    options.user = user;
    options.password = password;
    return options;
  }
  program flotilla;
  registry there{closed()};
  small_model model{flotilla};
  std::string to = there.address() + "/m:v1";
};

TEST_F(Login, TakesUserAndPasswordFromTheCommandLineAndStdin) {
  for (const auto* line : {"pass:wörd", "pass:wörd\n", "pass:wörd\r\n"}) {
    const auto pushed
      = flotilla.push(model.source, to, {"--username", user, "--password-stdin"}, line);
    EXPECT_EQ(pushed.status, 0) << pushed.said();
  }
}

TEST_F(Login, TakesThemFromTheDockerConfigOfTheHome) {
  write_file(flotilla / ".docker/config.json", docker_config(there.address()));
  const auto pushed = flotilla.push(model.source, to);
  EXPECT_EQ(pushed.status, 0) << pushed.said();
}

TEST_F(Login, TakesThemFromTheDockerConfigThatAVariableNames) {
  write_file(flotilla / "elsewhere/config.json", docker_config(there.address()));
  flotilla.env = {{"DOCKER_CONFIG", flotilla / "elsewhere"}};
  const auto pushed = flotilla.push(model.source, to);
  EXPECT_EQ(pushed.status, 0) << pushed.said();
}

TEST_F(Login, TakesThemFromTheFileThatAFlagNames) {
  write_file(flotilla / "logins", docker_config(there.address()));
  const auto pushed = flotilla.push(model.source, to, {"--registry-config", flotilla / "logins"});
  EXPECT_EQ(pushed.status, 0) << pushed.said();
}

TEST_F(Login, NamesTheUserWhosePasswordIsWrongAndNotThePassword) {
  const auto pushed = flotilla.push(
    model.source, to, {"--username", user, "--password-stdin", "--log-level", "debug"}, "s3cret!");
  EXPECT_EQ(pushed.status, 4);
  EXPECT_TRUE(pushed.says(user)) << pushed.err;
  EXPECT_EQ(pushed.report.at("error").at("code"), 4);
  EXPECT_EQ(pushed.said().find("s3cret!"), std::string::npos) << pushed.said();
  EXPECT_EQ(pushed.said().find("Y2FwdGFpbjpzM2NyZXQh"), std::string::npos) << pushed.said();
}

TEST_F(Login, SaysHowToLogInWhenThereAreNoCredentials) {
  const auto pushed = flotilla.push(model.source, to);
  EXPECT_EQ(pushed.status, 4);
  EXPECT_TRUE(pushed.says("docker login")) << pushed.err;
  EXPECT_TRUE(pushed.says("--username")) << pushed.err;
}

TEST_F(Login, KeepsTheCredentialsOfAnotherHostToItself) {
  write_file(flotilla / ".docker/config.json", docker_config("127.0.0.1:1"));
  const auto pushed = flotilla.push(model.source, to);
  EXPECT_EQ(pushed.status, 4);
  EXPECT_EQ(pushed.said().find(user), std::string::npos) << pushed.said();
}

TEST_F(Login, RefusesABrokenFileOfCredentials) {
  for (const auto& bad :
       {std::string{"not JSON"}, std::string{"[]"}, docker_config(there.address(), "%%%"),
        docker_config(there.address(), "Y2FwdGFpbg==")}) { // no colon in it
    write_file(flotilla / "logins", bad);
    const auto pushed = flotilla.push(model.source, to, {"--registry-config", flotilla / "logins"});
    EXPECT_TRUE(pushed.status == 2 || pushed.status == 4) << bad << pushed.said();
    EXPECT_FALSE(pushed.err.empty());
    EXPECT_TRUE(there.requests().count("POST") == 0) << bad;
  }
}

TEST_F(Login, RefusesAnIdentityTokenInsteadOfTryingAnEmptyPassword) {
  write_file(flotilla / ".docker/config.json",
             R"({"auths":{")" + there.address()
               + R"(":{"auth":"Y2FwdGFpbjo=","identitytoken":"s3cret!"}}})"); // captain:
  const auto pushed = flotilla.push(model.source, to, {"--log-level", "debug"});
  EXPECT_EQ(pushed.status, 4) << pushed.said();
  EXPECT_TRUE(pushed.says("identity token")) << pushed.err;
  EXPECT_TRUE(pushed.says("--password-stdin")) << pushed.err;
  EXPECT_EQ(pushed.said().find("s3cret!"), std::string::npos) << pushed.said();
  EXPECT_TRUE(there.requests().count("POST") == 0);
}

TEST_F(Login, NamesAFileOfCredentialsThatIsNotThere) {
  const auto pushed
    = flotilla.push(model.source, to, {"--registry-config", flotilla / "no-such-file"});
  EXPECT_EQ(pushed.status, 2);
  EXPECT_TRUE(pushed.says("no-such-file")) << pushed.err;
}

TEST_F(Login, WantsUserAndPasswordTogether) {
  EXPECT_EQ(flotilla.push(model.source, to, {"--username", user}).status, 2);
  EXPECT_EQ(flotilla.push(model.source, to, {"--password-stdin"}, "x").status, 2);
  const auto empty = flotilla.push(model.source, to, {"--username", user, "--password-stdin"}, "");
  EXPECT_EQ(empty.status, 2);
  EXPECT_TRUE(empty.says("password")) << empty.err;
}

// ---- a registry with a token server ------------------------------------------------------------

class Token : public ::testing::Test {
protected:
  static scripted_registry_options closed(const std::string& who = user) {
    scripted_registry_options options;
    options.entry.kind = login::bearer;
    options.entry.user = who;
    options.entry.password = password;
    return options;
  }
  ended push(const scripted_registry& there, std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--username", user, "--password-stdin"});
    return flotilla.push(model.source, there.address() + "/a/m:v1", std::move(more), password);
  }
  program flotilla;
  small_model model{flotilla, layers_of(40, 300)};
};

TEST_F(Token, IsAskedForOnceAndForWhatThePushNeeds) {
  const scripted_registry there{closed()};
  const auto pushed = push(there, {"--mount-from", "base"});
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  std::vector<seen_request> asked;
  for (const auto& request : there.log())
    if (request.path == "/token")
      asked.push_back(request);
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].method, "GET");
  EXPECT_EQ(asked[0].parameter("service"), "scripted");
  std::set<std::string> scopes;
  const auto [first, last] = asked[0].query.equal_range("scope");
  for (auto scope = first; scope != last; ++scope)
    scopes.insert(scope->second);
  EXPECT_EQ(scopes, (std::set<std::string>{"repository:a/m:pull,push", "repository:base:pull"}));
  EXPECT_EQ(asked[0].header("Authorization"), std::string{"Basic "} + encoded);
}

TEST_F(Token, IsGivenToAnonymousUsersToo) {
  const scripted_registry there{closed("")};
  const auto pushed = flotilla.push(model.source, there.address() + "/a/m:v1");
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  for (const auto& request : there.log())
    EXPECT_EQ(request.header("Authorization").rfind("Basic", 0), std::string::npos);
}

TEST_F(Token, IsRefusedForAWrongPassword) {
  const scripted_registry there{closed()};
  const auto pushed
    = flotilla.push(model.source, there.address() + "/a/m:v1",
                    {"--username", user, "--password-stdin", "--log-level", "debug"}, "s3cret!");
  EXPECT_EQ(pushed.status, 4);
  EXPECT_TRUE(pushed.says(user)) << pushed.err;
  EXPECT_TRUE(pushed.says("/token")) << pushed.err;
  EXPECT_EQ(pushed.said().find("s3cret!"), std::string::npos);
  EXPECT_EQ(there.count("GET", "^/token"), 1U); // no loop: accounts get locked
}

TEST_F(Token, ThatEndsInTheMiddleIsRenewedOnceForAllWhoWait) {
  scripted_registry there{closed()};
  std::atomic<bool> once{false};
  there.on("PUT", "/uploads/", [&](const seen_request&) {
    if (!once.exchange(true))
      there.expire_tokens();
    return std::optional<answer>{};
  });
  const auto pushed = push(there);
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(pushed.blobs("uploaded"), 41);
  EXPECT_EQ(there.count("GET", "^/token"), 2U);
}

TEST_F(Token, ThatIsAlwaysRefusedEndsThePush) {
  scripted_registry there{closed()};
  auto refusal = registry_error(401, "UNAUTHORIZED", "authentication required");
  refusal.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"http://" + there.address()
                                                     + "/token\",service=\"scripted\","
                                                       "error=\"insufficient_scope\"");
  there.on("POST", "/uploads/", refusal, scripted_registry::always);
  const auto pushed = push(there);
  EXPECT_EQ(pushed.status, 4);
  EXPECT_TRUE(pushed.says(user)) << pushed.err;
  EXPECT_TRUE(pushed.says("a/m")) << pushed.err;
  EXPECT_LE(there.count("GET", "^/token"), 4U);
}

TEST_F(Token, OfAShortLifeIsNotFetchedForEveryRequest) {
  auto options = closed();
  options.entry.token_lifetime = 10; // less than the minute that a token must live
  const scripted_registry there{options};
  const auto pushed = push(there);
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_LE(there.count("GET", "^/token"), 2U);
}

TEST_F(Token, ServerInTroubleIsAskedAgain) {
  scripted_registry there{closed()};
  there.on("GET", "^/token", registry_error(503, "UNAVAILABLE", "later"));
  const auto pushed = push(there);
  EXPECT_EQ(pushed.status, 0) << pushed.said();
}

TEST_F(Token, ServerThatIsOverrunIsCountedUnderItsStatus) {
  scripted_registry there{closed()};
  auto overrun = registry_error(429, "TOOMANYREQUESTS", "slow down");
  overrun.headers.emplace_back("Retry-After", "1");
  there.on("GET", "^/token", overrun, 2);
  const auto pushed = push(there);
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(pushed.report.at("retries"), nlohmann::json::object({{"429", 2}}));
  EXPECT_GE(pushed.report.at("throttled_seconds").get<double>(), 2);
}

TEST_F(Token, ServerThatAnswersNonsenseIsNamed) {
  const auto too_long = R"({"token":")" + std::string(20'000, 'x') + R"("})";
  for (const auto* nonsense : {"", "[]", "{}", R"({"token":5})", R"({"token":""})", "<html>",
                               R"({"token":"two\nlines"})", too_long.c_str()}) {
    scripted_registry there{closed()};
    there.on("GET", "^/token", answer{200, {}, nonsense, {}}, scripted_registry::always);
    const auto pushed
      = flotilla.push(model.source, there.address() + "/a/m:v1", {"--retry-budget", "1s"});
    EXPECT_EQ(pushed.status, 6) << nonsense << pushed.said();
    EXPECT_TRUE(pushed.says("/token")) << pushed.err;
  }
}

TEST_F(Token, ServerThatAnswersNonsenseForAMomentEndsNoPush) {
  scripted_registry there{closed()};
  there.on("GET", "^/token", answer{200, {}, "<html>back soon</html>", {}}, 2);
  const auto pushed = push(there);
  EXPECT_EQ(pushed.status, 0) << pushed.said();
}

TEST_F(Token, ChallengeOfAnUnknownKindIsShown) {
  scripted_registry there;
  auto refusal = registry_error(401, "UNAUTHORIZED", "no");
  refusal.headers.emplace_back("WWW-Authenticate", "Negotiate");
  there.on("", "/v2/", refusal, scripted_registry::always);
  const auto pushed = flotilla.push(model.source, there.address() + "/a/m:v1");
  EXPECT_EQ(pushed.status, 4);
  EXPECT_TRUE(pushed.says("Negotiate")) << pushed.err;
}

} // namespace

} // namespace flotilla::test
