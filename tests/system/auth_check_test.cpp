#include "tests/support/registry.hpp"
#include "tests/support/scripted_registry.hpp"
#include "tests/support/token_server.hpp"
#include "tests/system/program.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <sys/stat.h>

// `flotilla auth check`: who we are to a registry, and what that allows.

namespace flotilla::test {

namespace {

constexpr const char* user = "captain";
constexpr const char* password = "pass:wörd";
// printf 'captain:pass:wörd' | base64
constexpr const char* encoded = "Y2FwdGFpbjpwYXNzOnfDtnJk";

class AuthCheck : public ::testing::Test {
protected:
  static registry_options closed() {
    registry_options options;
    options.user = user;
    options.password = password;
    return options;
  }
  ended check(const std::string& reference, std::vector<std::string> more = {},
              std::string input = {}) const {
    more.insert(more.begin(), {"auth", "check", reference, "--json"});
    return flotilla.run(std::move(more), std::move(input));
  }
  /// By the flags.
  ended check_as(const std::string& reference, const char* who, const char* by) const {
    return check(reference, {"--username", who, "--password-stdin"}, by);
  }
  /// A program that is found as a credential helper.
  void helper(const std::string& name, const std::string& script) {
    const auto path = flotilla / ("bin/docker-credential-" + name);
    write_file(path, "#!/bin/sh\n" + script + '\n');
    ::chmod(path.c_str(), 0755);
    flotilla.env.emplace_back("PATH", flotilla / "bin" + ":/usr/bin:/bin");
  }
  static bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }

  program flotilla;
};

// ---- a real registry with a password file -----------------------------------------------------

TEST_F(AuthCheck, SaysThatWeMayPush) {
  const registry there{closed()};
  write_file(flotilla / ".docker/config.json",
             R"({"auths":{")" + there.address() + R"(":{"auth":")" + encoded + R"("}}})");
  const auto found = check(there.address() + "/a/m:v1");
  ASSERT_EQ(found.status, 0) << found.said();
  EXPECT_EQ(found.report.at("reference"), there.address() + "/a/m:v1");
  EXPECT_EQ(found.report.at("credentials").at("user"), user);
  EXPECT_EQ(found.report.at("credentials").at("kind"), "password");
  EXPECT_EQ(found.report.at("credentials").at("source"),
            "docker config " + flotilla / ".docker/config.json" + ", auths");
  EXPECT_EQ(found.report.at("authorization"), "basic");
  EXPECT_EQ(found.report.at("pull"), true);
  EXPECT_EQ(found.report.at("push"), true);
  EXPECT_EQ(found.report.at("cancelled"), true);
  EXPECT_FALSE(holds(found.said(), encoded));
  EXPECT_FALSE(holds(found.said(), password));
}

TEST_F(AuthCheck, LeavesNothingBehind) {
  const registry there{closed()};
  ASSERT_EQ(check_as(there.address() + "/a/m", user, password).status, 0);
  const auto requests = there.requests();
  EXPECT_EQ(requests.count("PUT") + requests.count("PATCH"), 0U);
  EXPECT_EQ(requests.at("DELETE"), 1);
  // What remains of a cancelled upload is the registry's own note, until it purges uploads.
  for (const auto& entry : std::filesystem::recursive_directory_iterator(there.storage()))
    EXPECT_NE(entry.path().filename(), "data") << entry.path();
}

TEST_F(AuthCheck, IsForPeopleToo) {
  const registry there{closed()};
  const auto found = flotilla.run({"auth", "check", there.address() + "/a/m:v1", "--username", user,
                                   "--password-stdin", "--log-level", "debug"},
                                  password);
  ASSERT_EQ(found.status, 0) << found.said();
  EXPECT_TRUE(holds(found.out, "password of user captain, by --username")) << found.out;
  EXPECT_TRUE(holds(found.out, "\n  pull           yes\n  push           yes\n")) << found.out;
  EXPECT_FALSE(holds(found.said(), encoded));
  EXPECT_FALSE(holds(found.said(), password));
}

TEST_F(AuthCheck, TriesAWrongPasswordOnce) {
  const registry there{closed()};
  const auto found = check_as(there.address() + "/a/m", user, "s3cret!");
  EXPECT_EQ(found.status, 4) << found.said();
  EXPECT_TRUE(found.says(user)) << found.err;
  EXPECT_EQ(found.report.at("push"), nullptr);
  EXPECT_EQ(found.report.at("error").at("code"), 4);
  EXPECT_FALSE(holds(found.said(), "s3cret!"));
  EXPECT_FALSE(holds(found.said(), "Y2FwdGFpbjpzM2NyZXQh"));
  EXPECT_EQ(there.requests().count("POST"), 0U);
  EXPECT_LE(there.requests().at("GET"), 2) << "one without the password, one with it";
}

TEST_F(AuthCheck, SaysHowToLogInWithoutCredentials) {
  const registry there{closed()};
  const auto found = check(there.address() + "/a/m");
  EXPECT_EQ(found.status, 4) << found.said();
  EXPECT_TRUE(found.says("docker login")) << found.err;
  EXPECT_EQ(found.report.at("credentials").at("kind"), "none");
}

TEST_F(AuthCheck, NeedsNoCredentialsWhereNoneAreAskedFor) {
  const registry there;
  const auto found = check(there.address() + "/a/m");
  ASSERT_EQ(found.status, 0) << found.said();
  EXPECT_EQ(found.report.at("authorization"), "none");
  EXPECT_EQ(found.report.at("push"), true);
}

TEST_F(AuthCheck, SaysThatARegistryIsReadOnly) {
  registry_options options;
  options.read_only = true;
  const registry there{options};
  const auto found = check(there.address() + "/a/m");
  EXPECT_EQ(found.status, 5) << found.said();
  EXPECT_EQ(found.report.at("pull"), true);
  EXPECT_TRUE(found.says("405")) << found.err;
}

TEST_F(AuthCheck, TakesUserAndPasswordFromTheEnvironment) {
  const registry there{closed()};
  flotilla.env = {{"FLOTILLA_USERNAME", user}, {"FLOTILLA_PASSWORD", password}};
  const auto found = check(there.address() + "/a/m");
  ASSERT_EQ(found.status, 0) << found.said();
  EXPECT_TRUE(holds(found.report.at("credentials").at("source"), "$FLOTILLA_PASSWORD"));
  EXPECT_FALSE(holds(found.said(), password));
}

TEST_F(AuthCheck, AsksACredentialHelperOnce) {
  const registry there{closed()};
  helper("test", "echo asked >>\"$HOME/asked\"; test \"$(cat)\" = '" + there.address()
                   + "' && echo '{\"Username\":\"captain\",\"Secret\":\"pass:wörd\"}'");
  write_file(flotilla / ".docker/config.json", R"({"credsStore":"test"})");
  const auto found = check(there.address() + "/a/m");
  ASSERT_EQ(found.status, 0) << found.said();
  EXPECT_TRUE(holds(found.report.at("credentials").at("source"),
                    "credential helper docker-credential-test (credsStore of docker config "))
    << found.out;
  EXPECT_EQ(std::filesystem::file_size(flotilla / "asked"), 6U);
  EXPECT_FALSE(holds(found.said(), password));
}

TEST_F(AuthCheck, NamesAHelperThatFailsAndAsksNobody) {
  const registry there{closed()};
  helper("test", "echo 'the keychain is locked'; exit 1");
  write_file(flotilla / ".docker/config.json", R"({"credsStore":"test"})");
  const auto found = check(there.address() + "/a/m");
  EXPECT_EQ(found.status, 4) << found.said();
  EXPECT_TRUE(found.says("docker-credential-test")) << found.err;
  EXPECT_TRUE(found.says("the keychain is locked")) << found.err;
  EXPECT_TRUE(there.requests().empty());
}

TEST_F(AuthCheck, UsesTheNamespaceThatFitsBest) {
  const registry there{closed()};
  flotilla.env = {{"XDG_RUNTIME_DIR", flotilla / "run"}};
  write_file(flotilla / "run/containers/auth.json",
             R"({"auths":{")" + there.address() + R"(/fleet":{"auth":")" + encoded + R"("},")"
               + there.address() + R"(":{"auth":"bWF0ZTp3cm9uZw=="}}})"); // mate:wrong
  EXPECT_EQ(check(there.address() + "/fleet/m").status, 0);
  const auto other = check(there.address() + "/other/m");
  EXPECT_EQ(other.status, 4);
  EXPECT_TRUE(other.says("mate")) << other.err;
  EXPECT_TRUE(other.says("podman auth file")) << other.err;
}

TEST_F(AuthCheck, SaysThatNobodyIsThere) {
  const auto found = check("127.0.0.1:1/a/m");
  EXPECT_EQ(found.status, 6) << found.said();
  EXPECT_TRUE(found.says("127.0.0.1:1")) << found.err;
}

TEST_F(AuthCheck, RefusesWhatIsNoReference) {
  EXPECT_EQ(check("model").status, 2);
  EXPECT_EQ(flotilla.run({"auth", "login", "127.0.0.1:1/a/m"}).status, 2);
  EXPECT_EQ(flotilla.run({"auth", "check"}).status, 2);
}

// ---- a real registry that takes tokens ---------------------------------------------------------

class AuthCheckToken : public AuthCheck {
protected:
  static token_server_options crew() {
    token_server_options options;
    options.users = {{user, password, "", "pull,push", {{"sealed", "pull"}}}};
    return options;
  }
  static registry_options of(const token_server& tokens) {
    registry_options options;
    options.tokens = tokens.trust();
    return options;
  }
  token_server tokens{crew()};
  registry there{of(tokens)};
};

TEST_F(AuthCheckToken, SaysWhatTheTokenAllows) {
  const auto found = check_as(there.address() + "/a/m", user, password);
  ASSERT_EQ(found.status, 0) << found.said();
  EXPECT_EQ(found.report.at("authorization"), "bearer");
  EXPECT_EQ(found.report.at("token"), nlohmann::json({{"pull", true}, {"push", true}}));
  EXPECT_EQ(found.report.at("push"), true);
  for (const auto& token : tokens.given())
    EXPECT_FALSE(holds(found.said(), token));
}

TEST_F(AuthCheckToken, SaysThatPushIsNotAllowed) {
  const auto found = check_as(there.address() + "/sealed", user, password);
  EXPECT_EQ(found.status, 4) << found.said();
  EXPECT_EQ(found.report.at("token"), nlohmann::json({{"pull", true}, {"push", false}}));
  EXPECT_EQ(found.report.at("pull"), true);
  EXPECT_EQ(found.report.at("push"), false);
  EXPECT_TRUE(found.says(user)) << found.err;
  EXPECT_TRUE(found.says("sealed")) << found.err;
  for (const auto& token : tokens.given())
    EXPECT_FALSE(holds(found.said(), token));
}

TEST_F(AuthCheckToken, TriesAWrongPasswordOnce) {
  const auto found = check_as(there.address() + "/a/m", user, "s3cret!");
  EXPECT_EQ(found.status, 4) << found.said();
  EXPECT_TRUE(found.says(user)) << found.err;
  EXPECT_EQ(tokens.count(""), 1U) << "accounts get locked";
  EXPECT_FALSE(holds(found.said(), "s3cret!"));
}

// ---- what real registries do not do at will ----------------------------------------------------

TEST_F(AuthCheck, GoesOnWhereAnOpaqueTokenSaysNothing) {
  scripted_registry_options options;
  options.entry = {login::bearer, user, password};
  const scripted_registry there{options};
  const auto found = check_as(there.address() + "/a/m", user, password);
  ASSERT_EQ(found.status, 0) << found.said();
  EXPECT_EQ(found.report.at("token"), nullptr);
  EXPECT_EQ(found.report.at("push"), true);
}

TEST_F(AuthCheck, SaysThatAnUploadCouldNotBeCancelled) {
  scripted_registry there;
  there.on("DELETE", "/uploads/", registry_error(405, "UNSUPPORTED", "no"));
  const auto found = check(there.address() + "/a/m");
  EXPECT_EQ(found.status, 0) << found.said();
  EXPECT_EQ(found.report.at("push"), true);
  EXPECT_EQ(found.report.at("cancelled"), false);
}

TEST_F(AuthCheck, MayPushWhereItMayNotPull) {
  scripted_registry there;
  there.on("HEAD", "/manifests/", answer{403, {}, "", {}});
  const auto found = check(there.address() + "/a/m");
  EXPECT_EQ(found.status, 0) << found.said();
  EXPECT_EQ(found.report.at("pull"), false);
  EXPECT_EQ(found.report.at("push"), true);
}

TEST_F(AuthCheck, QuotesARefusal) {
  scripted_registry there;
  there.on("POST", "/uploads/", registry_error(403, "DENIED", "the quota of a/m is used up"));
  const auto found = check(there.address() + "/a/m");
  EXPECT_EQ(found.status, 4) << found.said();
  EXPECT_EQ(found.report.at("push"), false);
  EXPECT_TRUE(found.says("the quota of a/m is used up")) << found.err;
}

TEST_F(AuthCheck, SaysThatTheRegistryIsInTrouble) {
  scripted_registry there;
  there.on("GET", "^/v2/$", registry_error(503, "UNAVAILABLE", "later"));
  const auto found = check(there.address() + "/a/m");
  EXPECT_EQ(found.status, 6) << found.said();
  EXPECT_EQ(there.count("POST"), 0U);
}

TEST_F(AuthCheck, SaysThatThereIsNoRegistry) {
  scripted_registry there;
  there.on("GET", "^/v2/$", answer{404, {}, "<html>", {}});
  const auto found = check(there.address() + "/a/m");
  EXPECT_EQ(found.status, 5) << found.said();
}

} // namespace

} // namespace flotilla::test
