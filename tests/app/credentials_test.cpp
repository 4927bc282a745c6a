#include "app/credentials.hpp"

#include "tests/app/scoped_environment.hpp"
#include "tests/support/as_nobody.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

namespace flotilla::app {
namespace {

using protocol::errc;
using test::scoped_environment;
using testing::HasSubstr;
using testing::Not;

/// Standard input holds this text until the object is gone.
class standard_input {
public:
  explicit standard_input(const std::string& text) : text_(text) {
    before_ = std::cin.rdbuf(text_.rdbuf());
    std::cin.clear();
  }
  ~standard_input() {
    std::cin.rdbuf(before_);
    std::cin.clear();
  }
  standard_input(const standard_input&) = delete;
  standard_input& operator=(const standard_input&) = delete;

private:
  std::istringstream text_;
  std::streambuf* before_;
};

TEST(ReadPassword, IsTheFirstLine) {
  const struct {
    std::string input, password;
  } cases[] = {
    {"secret\n", "secret"},
    {"secret", "secret"},
    {"secret\r\n", "secret"},
    {"secret\nmore\n", "secret"},
    {" with blanks \n", " with blanks "},
    {"p\xC3\xA4ss\n", "p\xC3\xA4ss"},
  };
  for (const auto& c : cases) {
    const standard_input in{c.input};
    auto password = read_password();
    ASSERT_TRUE(password);
    EXPECT_EQ(*password, c.password);
  }
}

TEST(ReadPassword, RefusesAnEmptyOne) {
  for (const char* input : {"", "\n", "\r\n", "\nsecret\n"}) {
    const standard_input in{input};
    auto password = read_password();
    ASSERT_FALSE(password);
    EXPECT_EQ(password.error().code, errc::usage);
  }
}

TEST(ReadPassword, EndsOnInputWithoutEnd) {
  const standard_input in{std::string(1 << 20, 'x')};
  auto password = read_password();
  ASSERT_TRUE(password);
  EXPECT_EQ(password->size(), std::size_t{64} << 10);
}

class FindCredentials : public testing::Test {
protected:
  std::string write(const std::string& name, const std::string& text) const {
    const auto path = dir / name;
    std::filesystem::create_directories(std::filesystem::path{path}.parent_path());
    std::ofstream{path} << text;
    return path;
  }
  /// `user:password` of each, by openssl base64.
  static std::string entry(const std::string& host, const std::string& auth) {
    return R"({"auths":{")" + host + R"(":{"auth":")" + auth + R"("}}})";
  }

  test::temp_dir dir;
  options chosen;
  scoped_environment no_files{{{"HOME", dir / "home"}, {"DOCKER_CONFIG", ""}}};
};

const char* const alice = "YWxpY2U6b25l";     // alice:one
const char* const bob = "Ym9iOnR3bw==";       // bob:two
const char* const carol = "Y2Fyb2w6dGhyZWU="; // carol:three

TEST_F(FindCredentials, PrefersTheCommandLine) {
  write("home/.docker/config.json", entry("reg.example", alice));
  chosen.username = "me";
  auto found = find_credentials(chosen, "mine", "reg.example");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->user, "me");
  EXPECT_EQ(found->password, "mine");
}

TEST_F(FindCredentials, LooksIntoTheNamedFileThenDockersThenHomes) {
  write("home/.docker/config.json", entry("reg.example", alice));
  EXPECT_EQ(find_credentials(chosen, "", "reg.example")->user, "alice");
  write("docker/config.json", entry("reg.example", bob));
  const scoped_environment docker{{{"DOCKER_CONFIG", dir / "docker"}}};
  EXPECT_EQ(find_credentials(chosen, "", "reg.example")->password, "two");
  chosen.registry_config = write("mine.json", entry("reg.example", carol));
  EXPECT_EQ(find_credentials(chosen, "", "reg.example")->user, "carol");
  EXPECT_EQ(find_credentials(chosen, "", "reg.example")->password, "three");
}

TEST_F(FindCredentials, GivesNoneToAnotherRegistry) {
  write("home/.docker/config.json", entry("reg.example", alice));
  for (const char* host : {"reg.example:5000", "example", "evil.example", "reg.example.evil"}) {
    auto found = find_credentials(chosen, "", host);
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->empty()) << host;
  }
}

TEST_F(FindCredentials, HasNoneWhereNobodyIsLoggedIn) {
  auto found = find_credentials(chosen, "", "reg.example");
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->empty());
  const scoped_environment homeless{{{"HOME", ""}}};
  EXPECT_TRUE(find_credentials(chosen, "", "reg.example")->empty());
}

TEST_F(FindCredentials, RefusesAFileThatWasNamedAndIsNotThere) {
  chosen.registry_config = dir / "nowhere.json";
  auto found = find_credentials(chosen, "", "reg.example");
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
    auto found = find_credentials(chosen, "", "reg.example");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, errc::usage);
    EXPECT_THAT(found.error().message, HasSubstr("broken.json"));
    EXPECT_THAT(found.error().message, Not(HasSubstr("hunter2")));
  }
}

TEST_F(FindCredentials, RefusesAnIdentityTokenAndSaysSo) {
  // alice: and no password, by openssl base64
  write("home/.docker/config.json",
        R"({"auths":{"reg.example":{"auth":"YWxpY2U6","identitytoken":"hunter2"}}})");
  auto found = find_credentials(chosen, "", "reg.example");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, errc::usage);
  EXPECT_THAT(found.error().message, HasSubstr("config.json"));
  EXPECT_THAT(found.error().message, HasSubstr("identity token"));
  EXPECT_THAT(found.error().message, Not(HasSubstr("hunter2")));
  EXPECT_TRUE(find_credentials(chosen, "", "other.example")->empty());
  chosen.username = "me"; // the way out
  EXPECT_EQ(find_credentials(chosen, "mine", "reg.example")->user, "me");
}

TEST_F(FindCredentials, RefusesADirectory) {
  chosen.registry_config = dir.path().string();
  auto found = find_credentials(chosen, "", "reg.example");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, errc::usage);
  EXPECT_THAT(found.error().message, HasSubstr(chosen.registry_config));
}

TEST_F(FindCredentials, RefusesAFileThatIsNotOursToRead) {
  chosen.registry_config = write("private.json", entry("reg.example", alice));
  std::filesystem::permissions(dir.path(), std::filesystem::perms::all);
  std::filesystem::permissions(chosen.registry_config, std::filesystem::perms::none);
  auto said = test::as_nobody([this] {
    auto found = find_credentials(chosen, "", "reg.example");
    return found ? std::string{"found"} : found.error().message;
  });
  EXPECT_THAT(said, HasSubstr("Permission denied"));
  EXPECT_THAT(said, HasSubstr("private.json"));
}

} // namespace
} // namespace flotilla::app
