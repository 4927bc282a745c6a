#include "tests/support/token_server.hpp"
#include "tests/system/all_below.hpp"
#include "tests/system/fleet.hpp"

#include <filesystem>
#include <fstream>

// A real registry that takes the tokens of a real token server alone.

namespace flotilla::test {

namespace {

using namespace std::chrono_literals;

constexpr const char* user = "captain";
constexpr const char* password = "marker-pa55";
constexpr const char* identity = "marker-1dentity";

token_server_options people() {
  token_server_options options;
  options.users = {{user, password, identity, "pull,push", {}}};
  return options;
}

registry_options trusting(const token_server& tokens) {
  registry_options options;
  options.tokens = tokens.trust();
  return options;
}

class TokenLife : public ::testing::Test {
protected:
  /// docker's file of logins, in the home.
  void log_in(const std::string& entry) {
    std::filesystem::create_directory(flotilla / ".docker");
    std::ofstream{flotilla / ".docker/config.json"} << R"({"auths":{")" << there.address()
                                                    << R"(":)" << entry << "}}";
  }
  /// At every level of the log.
  ended push(std::vector<std::string> more = {}, std::string input = {}) {
    more.insert(more.end(), {"--log-level", "debug", "--state-dir", flotilla / "state"});
    return flotilla.push(model.source, there.address() + "/models/m:v1", std::move(more),
                         std::move(input));
  }
  std::vector<std::string> by_flags() {
    return {"--username", user, "--password-stdin"};
  }
  /// Neither what was said nor what was kept holds a secret, nor one in base64.
  void expect_no_secret(const std::string& said) {
    const auto all = said + all_below(flotilla / "state");
    for (const char* secret : {password, identity, "Y2FwdGFpbjptYXJrZXItcGE1NQ"})
      EXPECT_EQ(all.find(secret), std::string::npos) << secret << " in " << said;
    for (const auto& token : tokens.given())
      EXPECT_EQ(all.find(token), std::string::npos) << said;
  }

  program flotilla;
  token_server tokens{people()};
  registry there{trusting(tokens)};
  small_model model{flotilla, layers_of(20, 200'000)};
};

TEST_F(TokenLife, OfTwoSecondsCostsAPushOfTenNoByte) {
  tokens.set_lifetime(2s);
  auto flags = by_flags();
  flags.insert(flags.end(), {"--bandwidth", "400kB", "--uploads", "2"});
  const auto pushed = push(flags, std::string{password} + '\n');
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_GE(tokens.count("GET"), 4U);
  for (const auto& [digest, count] : bodies(there))
    EXPECT_EQ(count, 1) << digest;
  expect_no_secret(pushed.said());
}

TEST_F(TokenLife, OfTwoSecondsCostsAFleetNoByte) {
  tokens.set_lifetime(2s);
  fleet_of_processes fleet;
  auto order = fleet.flotilla.order({"coordinator", "--listen", fleet.coordinator_place(),
                                     "--state-dir", flotilla / "state", "--username", user,
                                     "--password-stdin", "--log-level", "debug"});
  order.input = std::string{password} + '\n';
  process head{std::move(order)};
  ASSERT_TRUE(head.wait_for("listens on")) << head.err();
  for (const auto* name : {"a", "b"})
    fleet.start_worker(name, {"--log-level", "debug"});
  const small_model far{fleet.flotilla, layers_of(20, 200'000)};
  const auto pushed = fleet.push(far.source, there.address() + "/models/m:v1",
                                 {"--bandwidth", "400kB", "--uploads", "1"});
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_GE(tokens.count("GET"), 4U);
  for (const auto& [digest, count] : bodies(there))
    EXPECT_EQ(count, 1) << digest;
  expect_no_secret(pushed.said() + head.err() + fleet.worker("a").err() + fleet.worker("b").err());
}

TEST_F(TokenLife, IsRenewedByIdentityTokensThatChangeWithEachUse) {
  auto options = people();
  options.rotates = true;
  options.lifetime = 2s;
  const token_server changing{options};
  const registry locked{trusting(changing)};
  std::filesystem::create_directory(flotilla / ".docker");
  std::ofstream{flotilla / ".docker/config.json"}
    << R"({"auths":{")" << locked.address() << R"(":{"identitytoken":")" << identity << R"("}}})";
  const auto pushed
    = flotilla.push(model.source, locked.address() + "/models/m:v1",
                    {"--bandwidth", "800kB", "--uploads", "2", "--log-level", "debug"});
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_GE(changing.count("POST"), 2U);
  EXPECT_EQ(changing.count("GET"), 0U);
  EXPECT_EQ(pushed.said().find(identity), std::string::npos);
}

TEST_F(TokenLife, WithoutPushIsNamedAtOnce) {
  tokens.set_actions(user, "pull");
  const auto pushed = push(by_flags(), std::string{password} + '\n');
  EXPECT_EQ(pushed.status, 4) << pushed.said();
  EXPECT_TRUE(pushed.says("allows pull, but not push, in models/m")) << pushed.err;
  expect_no_secret(pushed.said());
}

TEST_F(TokenLife, SurvivesAServerThatIsAwayForAMoment) {
  answer away;
  away.status = 503;
  tokens.answer_next(away, 2);
  EXPECT_EQ(push(by_flags(), std::string{password} + '\n').status, 0);
}

TEST_F(TokenLife, EndsWithAWrongPasswordThatIsTriedOnce) {
  const auto pushed = push(by_flags(), "marker-wr0ng\n");
  EXPECT_EQ(pushed.status, 4) << pushed.said();
  EXPECT_EQ(tokens.count("GET"), 1U);
  EXPECT_EQ(pushed.said().find("marker-wr0ng"), std::string::npos) << pushed.said();
}

/// Each way that a secret can take, and each way that a push can end with it.
TEST_F(TokenLife, TellsNoSecretWhateverHappens) {
  const std::string by_password
    = std::string{R"({"username":")"} + user + R"(","password":")" + password + R"("})";
  const std::string by_identity = std::string{R"({"identitytoken":")"} + identity + R"("})";
  const struct {
    const char* name;
    std::string login;
    int token_status; ///< what the token server answers, with an echo; 0: a token
  } cases[] = {
    {"a password that is taken", by_password, 0},
    {"an identity token that is taken", by_identity, 0},
    {"a password that is echoed and refused", by_password, 401},
    {"an identity token that is echoed and refused", by_identity, 401},
    {"a password, and an echo that is no token", by_password, 200},
    {"a password, and an echo with a redirect", by_password, 302},
    {"a password, and an echo of trouble", by_password, 500},
    {"a registry token that is none", std::string{R"({"registrytoken":")"} + identity + R"("})", 0},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    log_in(c.login);
    if (c.token_status != 0) {
      answer reply;
      reply.status = c.token_status;
      reply.body
        = R"({"errors":[{"code":"DENIED","message":"you sent )"
          + (c.login == by_password ? std::string{password} + " Y2FwdGFpbjptYXJrZXItcGE1NQ=="
                                    : identity)
          + R"("}]})";
      tokens.answer_next(reply, 1);
    }
    expect_no_secret(push({"--retry-budget", "2s"}).said());
  }
}

} // namespace

} // namespace flotilla::test
