#include "app/credentials.hpp"

#include "tests/app/scoped_environment.hpp"
#include "tests/app/without_logins.hpp"
#include "tests/support/as_nobody.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sys/stat.h>

namespace flotilla::app {
namespace {

using protocol::errc;
using test::scoped_environment;
using testing::HasSubstr;
using testing::Not;

class FindCredentials : public without_logins {
protected:
  /// `user:password` of each, by openssl base64.
  static std::string entry(const std::string& host, const std::string& auth) {
    return R"({"auths":{")" + host + R"(":{"auth":")" + auth + R"("}}})";
  }
  protocol::result<protocol::credentials> find(const std::string& host = "reg.example",
                                               const std::string& repository = "ns/m") const {
    return finder_of(chosen, "mine")(host, repository);
  }
};

const char* const alice = "YWxpY2U6b25l";     // alice:one
const char* const bob = "Ym9iOnR3bw==";       // bob:two
const char* const carol = "Y2Fyb2w6dGhyZWU="; // carol:three

TEST_F(FindCredentials, PrefersTheCommandLine) {
  write("home/.docker/config.json", entry("reg.example", alice));
  chosen.username = "me";
  chosen.password_stdin = true;
  chosen.password = "of the environment";
  auto found = find();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->user, "me");
  EXPECT_EQ(found->password, "mine");
  EXPECT_THAT(found->source, HasSubstr("standard input"));
}

TEST_F(FindCredentials, TakesThePasswordOfTheEnvironment) {
  write("home/.docker/config.json", entry("reg.example", alice));
  chosen.username = "me";
  chosen.password = "of the environment";
  auto found = find();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->user, "me");
  EXPECT_EQ(found->password, "of the environment");
  EXPECT_THAT(found->source, HasSubstr("$FLOTILLA_PASSWORD"));
  EXPECT_THAT(found->source, Not(HasSubstr("of the environment")));
}

// From the last place to the first: each goes before those that were written earlier.
TEST_F(FindCredentials, LooksFromPlaceToPlace) {
  write("home/.dockercfg", R"({"reg.example":{"auth":"YWxpY2U6b25l"}})");
  EXPECT_EQ(find()->user, "alice");
  EXPECT_EQ(find()->source, "docker config " + (dir / "home/.dockercfg"));

  write("home/.docker/config.json", entry("reg.example", bob));
  EXPECT_EQ(find()->user, "bob");
  EXPECT_EQ(find()->source, "docker config " + (dir / "home/.docker/config.json") + ", auths");

  write("docker/config.json", entry("reg.example", carol));
  const scoped_environment docker{{{"DOCKER_CONFIG", dir / "docker"}}};
  EXPECT_EQ(find()->user, "carol");
  EXPECT_EQ(find()->password, "three");

  write("home/.config/containers/auth.json", entry("reg.example", alice));
  EXPECT_EQ(find()->user, "alice");
  EXPECT_EQ(find()->source,
            "podman auth file " + (dir / "home/.config/containers/auth.json") + ", auths");

  write("config/containers/auth.json", entry("reg.example", bob));
  const scoped_environment config{{{"XDG_CONFIG_HOME", dir / "config"}}};
  EXPECT_EQ(find()->user, "bob");

  write("run/containers/auth.json", entry("reg.example", carol));
  EXPECT_EQ(find()->user, "carol");

  const scoped_environment podman{
    {{"REGISTRY_AUTH_FILE", write("p", entry("reg.example", alice))}}};
  EXPECT_EQ(find()->user, "alice");
  EXPECT_EQ(find()->source, "$REGISTRY_AUTH_FILE " + (dir / "p") + ", auths");

  const scoped_environment inline_json{{{"DOCKER_AUTH_CONFIG", entry("reg.example", bob)}}};
  EXPECT_EQ(find()->user, "bob");
  EXPECT_EQ(find()->source, "$DOCKER_AUTH_CONFIG, auths");

  chosen.registry_config = write("mine.json", entry("reg.example", carol));
  EXPECT_EQ(find()->user, "carol");
  EXPECT_EQ(find()->source, "--registry-config " + chosen.registry_config + ", auths");
}

TEST_F(FindCredentials, LooksOnWhereAPlaceHasNothingForTheRegistry) {
  write("home/.dockercfg", R"({"old.example":{"auth":"YWxpY2U6b25l"}})");
  write("home/.docker/config.json", entry("reg.example", bob));
  write("home/.config/containers/auth.json", entry("other.example", carol));
  write("run/containers/auth.json", R"({"auths":{"reg.example":{}}})");
  const scoped_environment inline_json{{{"DOCKER_AUTH_CONFIG", entry("third.example", alice)}}};
  EXPECT_EQ(find("reg.example")->user, "bob");
  EXPECT_EQ(find("old.example")->user, "alice");
  EXPECT_EQ(find("other.example")->user, "carol");
  EXPECT_TRUE(find("fourth.example")->empty());
}

TEST_F(FindCredentials, ReadsOnlyTheFileThatIsNamed) {
  write("home/.docker/config.json", entry("reg.example", alice));
  const scoped_environment podman{{{"REGISTRY_AUTH_FILE", write("p", entry("p.example", bob))}}};
  EXPECT_TRUE(find("reg.example")->empty());
  EXPECT_EQ(find("p.example")->user, "bob");
  const scoped_environment inline_json{{{"DOCKER_AUTH_CONFIG", entry("i.example", carol)}}};
  EXPECT_EQ(find("p.example")->user, "bob");
  chosen.registry_config = write("mine.json", "{}");
  for (const char* host : {"reg.example", "p.example", "i.example"})
    EXPECT_TRUE(find(host)->empty()) << host;
}

TEST_F(FindCredentials, KnowsNamespaces) {
  write(
    "run/containers/auth.json",
    R"({"auths":{"reg.example":{"auth":"YWxpY2U6b25l"},"reg.example/ns":{"auth":"Ym9iOnR3bw=="},)"
    R"("reg.example/ns/m":{"auth":"Y2Fyb2w6dGhyZWU="}}})");
  EXPECT_EQ(find("reg.example", "ns/m")->user, "carol");
  EXPECT_EQ(find("reg.example", "ns/other")->user, "bob");
  EXPECT_EQ(find("reg.example", "other/m")->user, "alice");
}

TEST_F(FindCredentials, AreFoundUnderBothWaysToWriteTheRegistry) {
  const protocol::endpoint at{*protocol::parse_url("https://reg.example"), "ns/m"};
  const protocol::endpoint other{*protocol::parse_url("https://reg.example:5000"), "ns/m"};
  for (const char* written : {"reg.example", "reg.example:443"}) {
    write("home/.docker/config.json", entry(written, alice));
    EXPECT_EQ(actors::find_for(finder_of(chosen, {}), at.registry(), at.repository())->user,
              "alice")
      << written;
    EXPECT_TRUE(
      actors::find_for(finder_of(chosen, {}), other.registry(), other.repository())->empty())
      << written;
  }
}

TEST_F(FindCredentials, GivesNoneToAnotherRegistry) {
  write("home/.docker/config.json", entry("reg.example", alice));
  for (const char* host : {"reg.example:5000", "example", "evil.example", "reg.example.evil"}) {
    auto found = find(host);
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->empty()) << host;
  }
}

TEST_F(FindCredentials, HasNoneWhereNobodyIsLoggedIn) {
  auto found = find("reg.example");
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->empty());
  const scoped_environment homeless{{{"HOME", ""}}};
  EXPECT_TRUE(find("reg.example")->empty());
}

TEST_F(FindCredentials, RefusesAFileThatWasNamedAndIsNotThere) {
  chosen.registry_config = dir / "nowhere.json";
  auto found = find("reg.example");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, errc::usage);
  EXPECT_THAT(found.error().message, HasSubstr("nowhere.json"));
  EXPECT_THAT(found.error().message, HasSubstr("No such file"));
}

TEST_F(FindCredentials, RefusesABrokenFileWithoutQuotingIt) {
  const char* texts[] = {"",
                         "{",
                         "[]",
                         "hunter2",
                         R"({"auths":[]})",
                         R"({"auths":{"reg.example":{"auth":"!hunter2!"}}})"};
  for (const char* text : texts) {
    SCOPED_TRACE(text);
    chosen.registry_config = write("broken.json", text);
    auto found = find("reg.example");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, errc::usage);
    EXPECT_THAT(found.error().message, HasSubstr("broken.json"));
    EXPECT_THAT(found.error().message, Not(HasSubstr("hunter2")));
  }
}

TEST_F(FindCredentials, RefusesAPodmanFileThatWasNamedAndIsNotThere) {
  const scoped_environment podman{{{"REGISTRY_AUTH_FILE", dir / "nowhere.json"}}};
  auto found = find("reg.example");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, errc::usage);
  EXPECT_THAT(found.error().message, HasSubstr("nowhere.json"));
  EXPECT_THAT(found.error().hint, HasSubstr("$REGISTRY_AUTH_FILE"));
}

TEST_F(FindCredentials, RefusesABrokenVariableWithoutQuotingIt) {
  for (const char* text :
       {"{", "[]", "hunter2", R"({"auths":{"reg.example":{"auth":"!hunter2!"}}})"}) {
    const scoped_environment inline_json{{{"DOCKER_AUTH_CONFIG", text}}};
    auto found = find("reg.example");
    ASSERT_FALSE(found) << text;
    EXPECT_EQ(found.error().code, errc::usage);
    EXPECT_THAT(found.error().message, HasSubstr("$DOCKER_AUTH_CONFIG"));
    EXPECT_THAT(found.error().message, Not(HasSubstr("hunter2")));
  }
}

TEST_F(FindCredentials, FindsTokens) {
  // alice: and no password, by openssl base64
  write("home/.docker/config.json",
        R"({"auths":{"reg.example":{"auth":"YWxpY2U6","identitytoken":"i"},)"
        R"("other.example":{"registrytoken":"r"}}})");
  auto found = find("reg.example");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->user, "alice");
  EXPECT_EQ(found->password, "");
  EXPECT_EQ(found->identity_token, "i");
  EXPECT_EQ(find("other.example")->registry_token, "r");
}

TEST_F(FindCredentials, RefusesADirectory) {
  chosen.registry_config = dir.path().string();
  auto found = find("reg.example");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, errc::usage);
  EXPECT_THAT(found.error().message, HasSubstr(chosen.registry_config));
}

// Opening a FIFO waits for one who writes into it.
TEST_F(FindCredentials, RefusesAFifoAndADirectoryWithoutOpeningThem) {
  std::filesystem::create_directories(dir / "home/.docker");
  const auto own = dir / "home/.docker/config.json";
  const auto named = dir / "fifo";
  ASSERT_EQ(::mkfifo(own.c_str(), 0600), 0);
  ASSERT_EQ(::mkfifo(named.c_str(), 0600), 0);
  auto found = find("reg.example");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, errc::usage);
  EXPECT_THAT(found.error().message, HasSubstr(own + " is no regular file"));
  chosen.registry_config = named;
  found = find("reg.example");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, errc::usage);
  EXPECT_THAT(found.error().message, HasSubstr("--registry-config: " + named));
  std::filesystem::remove(own);
  std::filesystem::create_directory(own);
  chosen.registry_config.clear();
  found = find("reg.example");
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr(own + " is a directory"));
}

TEST_F(FindCredentials, RefusesAFileThatIsNotOursToRead) {
  chosen.registry_config = write("private.json", entry("reg.example", alice));
  std::filesystem::permissions(dir.path(), std::filesystem::perms::all);
  std::filesystem::permissions(chosen.registry_config, std::filesystem::perms::none);
  auto said = test::as_nobody([this] {
    auto found = find("reg.example");
    return found ? std::string{"found"} : found.error().message;
  });
  EXPECT_THAT(said, HasSubstr("Permission denied"));
  EXPECT_THAT(said, HasSubstr("private.json"));
}

} // namespace
} // namespace flotilla::app
