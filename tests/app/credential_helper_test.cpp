#include "app/credential_helper.hpp"

#include "app/credential_search.hpp"
#include "tests/app/scoped_environment.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace flotilla::app {
namespace {

using namespace std::chrono_literals;
using protocol::errc;
using test::scoped_environment;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// A directory of programs that pose as credential helpers, alone in PATH but for the shell's own.
class CredentialHelper : public testing::Test {
protected:
  /// A script of the shell. It finds `$here`, the directory.
  void helper(const std::string& name, const std::string& script) const {
    const auto path = dir / ("docker-credential-" + name);
    std::ofstream{path} << "#!/bin/sh\nhere='" << dir.path().string() << "'\n" << script << '\n';
    ::chmod(path.c_str(), 0755);
  }
  static std::string say(const std::string& user, const std::string& secret) {
    return R"(echo '{"ServerURL":"x","Username":")" + user + R"(","Secret":")" + secret + R"("}')";
  }
  helper_setting setting() const {
    return {dir.path().string(), {"PATH=/usr/bin:/bin"}, 30s};
  }
  auto ask(const std::string& name = "x", const std::string& key = "reg.example") const {
    return ask_credential_helper(name, key, setting());
  }
  std::string read(const std::string& name) const {
    std::ifstream file{dir / name};
    return {std::istreambuf_iterator<char>{file}, {}};
  }

  test::temp_dir dir;
};

TEST_F(CredentialHelper, AnswersWithUserAndPassword) {
  helper("x", say("ann", "one:two"));
  auto found = ask();
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->user, "ann");
  EXPECT_EQ((*found)->password, "one:two");
}

TEST_F(CredentialHelper, AnswersWithAnIdentityToken) {
  helper("x", say("<token>", "t"));
  auto found = ask();
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->identity_token, "t");
  EXPECT_EQ((*found)->user, "");
}

TEST_F(CredentialHelper, IsToldWhatIsWantedAndNothingElse) {
  helper("x", R"(printf %s "$#:$*" >"$here/words"; cat >"$here/input"; )" + say("a", "b"));
  for (const std::string& key :
       {std::string{"reg.example:5000"}, std::string{"$(id) 'x' \\ \n"},
        std::string{"https://index.docker.io/v1/"}, std::string(4096, 'k')}) {
    ASSERT_TRUE(ask("x", key));
    EXPECT_EQ(read("words"), "1:get");
    EXPECT_EQ(read("input"), key);
  }
}

TEST_F(CredentialHelper, NeedNotReadWhatItIsTold) {
  helper("x", "exec <&-; " + say("ann", "b"));
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(ask("x", std::string(4096, 'k')));
}

TEST_F(CredentialHelper, MayHaveNoneForThisRegistry) {
  helper("x", "echo 'credentials not found in native keychain'; exit 1");
  auto found = ask();
  ASSERT_TRUE(found);
  EXPECT_FALSE(*found);
}

TEST_F(CredentialHelper, ThatFailsIsQuoted) {
  const struct {
    const char* script;
    const char* says;
  } cases[] = {
    {"echo 'no credentials server URL'; exit 1", "exit code 1: no credentials server URL"},
    {"echo 'gpg: decryption failed' >&2; exit 2", "exit code 2: gpg: decryption failed"},
    {"exit 3", "exit code 3 and said nothing"},
    {"printf '\\033[31mred\\n'; exit 1", "exit code 1: [31mred"},
    {"kill -9 $$", "signal 9"},
    {"echo garbage", "no JSON object"},
    {"true", "no JSON object"},
    {"head -c 200000 /dev/zero", "64 KiB"},
    {"yes", "64 KiB"},
    {"yes >&2 & yes '{'; wait", "64 KiB"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.script);
    helper("x", c.script);
    auto found = ask();
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, errc::unauthorized);
    EXPECT_THAT(found.error().message, StartsWith("docker-credential-x "));
    EXPECT_THAT(found.error().message, HasSubstr(c.says));
    EXPECT_THAT(found.error().message, Not(HasSubstr("\x1b")));
  }
}

TEST_F(CredentialHelper, ThatFailsAfterAllIsNotQuotedWithItsSecret) {
  helper("x", say("ann", "hush-hush") + "; echo '+ Secret=hush-hush' >&2; exit 1");
  auto found = ask();
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message + found.error().hint, Not(HasSubstr("hush-hush")));
}

TEST_F(CredentialHelper, MayComplainAtLength) {
  helper("x", "head -c 500000 /dev/zero >&2; " + say("ann", "b"));
  auto found = ask();
  ASSERT_TRUE(found && *found) << found.error().message;
  EXPECT_EQ((*found)->user, "ann");
}

/// A process is gone, or is one that only waits to be collected.
bool is_dead(const std::string& pid) {
  std::ifstream stat{"/proc/" + pid + "/stat"};
  std::string line;
  if (!std::getline(stat, line))
    return true;
  const auto after_name = line.rfind(") ");
  return after_name != std::string::npos
         && (line[after_name + 2] == 'Z' || line[after_name + 2] == 'X');
}

TEST_F(CredentialHelper, ThatTakesTooLongIsKilledWithAllItStarted) {
  helper("x", "sleep 1000 & echo $! >\"$here/child\"; trap '' TERM INT; wait; sleep 1000");
  auto within = setting();
  within.patience = 300ms;
  auto found = ask_credential_helper("x", "reg.example", within);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, errc::unauthorized);
  EXPECT_THAT(found.error().message, HasSubstr("no answer within 0.3 s"));
  auto pid = read("child"); // on a loaded machine it may not have come so far
  while (!pid.empty() && !is_dead(pid.substr(0, pid.find('\n'))))
    std::this_thread::yield();
}

TEST_F(CredentialHelper, ThatLeavesAProcessBehindDoesNotHoldUsUp) {
  // What it leaves keeps all outputs open.
  helper("x", "sleep 1000 & echo $! >\"$here/child\"; " + say("ann", "b"));
  auto within = setting();
  within.patience = 500s;
  auto found = ask_credential_helper("x", "reg.example", within);
  EXPECT_TRUE(found && *found);
  ::kill(std::stoi(read("child")), SIGKILL);
}

TEST_F(CredentialHelper, GetsNoneOfOurFiles) {
  const auto inherited = ::open("/dev/null", O_RDONLY); // no O_CLOEXEC
  ASSERT_GE(inherited, 3);
  helper("x", "ls -l /proc/$$/fd >\"$here/files\"; " + say("a", "b"));
  EXPECT_TRUE(ask());
  ::close(inherited);
  std::istringstream files{read("files")};
  std::vector<std::string> numbers;
  for (std::string line; std::getline(files, line);)
    if (const auto arrow = line.find(" -> "); arrow != std::string::npos)
      numbers.push_back(
        line.substr(line.rfind(' ', arrow - 1) + 1, arrow - line.rfind(' ', arrow - 1) - 1));
  EXPECT_THAT(numbers, Contains("0"));
  EXPECT_THAT(numbers, Contains("2"));
  EXPECT_THAT(numbers, Not(Contains(std::to_string(inherited))));
}

TEST_F(CredentialHelper, GetsOurEnvironmentWithoutItsSecrets) {
  const scoped_environment env{{{"FLOTILLA_PASSWORD", "hush-hush"},
                                {"FLOTILLA_USERNAME", "ann"},
                                {"DOCKER_AUTH_CONFIG", R"({"auths":{"x":{"auth":"hush-hush"}}})"},
                                {"GNUPGHOME", "/somewhere"},
                                {"PATH", dir.path().string() + ":/usr/bin:/bin"}}};
  helper("x", "env >\"$here/variables\"; " + say("a", "b"));
  auto found = ask_credential_helper("x", "reg.example", read_helper_setting());
  EXPECT_TRUE(found && *found);
  const auto variables = read("variables");
  EXPECT_THAT(variables, HasSubstr("GNUPGHOME=/somewhere"));
  EXPECT_THAT(variables, Not(HasSubstr("hush-hush")));
  EXPECT_THAT(variables, Not(HasSubstr("FLOTILLA_")));
}

TEST_F(CredentialHelper, RunsWithSignalsAsTheyAreByDefault) {
  // Ignored signals are inherited; a shell cannot even trap them then.
  auto* const before = std::signal(SIGPIPE, SIG_IGN);
  helper("x", "kill -PIPE $$; " + say("a", "b"));
  auto found = ask();
  std::signal(SIGPIPE, before);
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr("signal 13"));
}

TEST_F(CredentialHelper, ThatIsNotThereIsNamed) {
  helper("unfit", say("a", "b"));
  ::chmod((dir / "docker-credential-unfit").c_str(), 0644);
  std::filesystem::create_directory(dir / "docker-credential-dir");
  for (const char* name : {"nowhere", "unfit", "dir"}) {
    auto found = ask(name);
    ASSERT_FALSE(found) << name;
    EXPECT_EQ(found.error().code, errc::usage);
    EXPECT_THAT(found.error().message, HasSubstr(std::string{"docker-credential-"} + name));
    EXPECT_THAT(found.error().message, HasSubstr("PATH"));
    EXPECT_THAT(found.error().hint, HasSubstr("--username"));
  }
}

TEST_F(CredentialHelper, ThatIsNoProgramIsRefusedByTheSystem) {
  const auto path = dir / "docker-credential-x";
  std::ofstream{path} << "echo not for a shell to run\n";
  ::chmod(path.c_str(), 0755);
  auto found = ask();
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, errc::usage);
  EXPECT_THAT(found.error().message, HasSubstr("Exec format error"));
}

TEST_F(CredentialHelper, IsSoughtInAbsoluteDirectoriesOfPathInTurn) {
  std::filesystem::create_directory(dir / "second");
  helper("x", say("first", "b"));
  std::filesystem::copy(dir / "docker-credential-x", dir / "second/docker-credential-y");
  auto both = setting();
  both.path = "/nowhere::" + dir.path().string() + ':' + (dir / "second") + ":/";
  EXPECT_TRUE(ask_credential_helper("x", "k", both));
  EXPECT_TRUE(ask_credential_helper("y", "k", both));
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(dir.path());
  for (const char* path : {"", ".", ":", "second:.:"}) {
    both.path = path;
    EXPECT_FALSE(ask_credential_helper("x", "k", both)) << path;
    EXPECT_FALSE(ask_credential_helper("y", "k", both)) << path;
  }
  std::filesystem::current_path(before);
}

// ---- as a file of credentials names it ---------------------------------------------------------

class NamedHelper : public CredentialHelper {
protected:
  NamedHelper() {
    std::filesystem::create_directories(dir / "home/.docker");
    std::filesystem::create_directories(dir / "run/containers");
  }
  void docker_config(const std::string& json) const {
    std::ofstream{dir / "home/.docker/config.json"} << json;
  }
  auto find(const std::string& host = "reg.example") const {
    return look_for_login(read_login_places(options{}), host, "ns/m");
  }

  scoped_environment only_these{{{"HOME", dir / "home"},
                                 {"PATH", dir.path().string() + ":/usr/bin:/bin"},
                                 {"DOCKER_CONFIG", ""},
                                 {"DOCKER_AUTH_CONFIG", ""},
                                 {"REGISTRY_AUTH_FILE", ""},
                                 {"XDG_RUNTIME_DIR", dir / "run"},
                                 {"XDG_CONFIG_HOME", ""}}};
};

TEST_F(NamedHelper, IsAskedAndNamedAsTheSource) {
  helper("x", say("ann", "b"));
  docker_config(R"({"credHelpers":{"reg.example":"x"}})");
  auto found = find();
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->user, "ann");
  EXPECT_EQ(found->source, "credential helper docker-credential-x (credHelpers of docker config "
                             + (dir / "home/.docker/config.json") + ')');
}

TEST_F(NamedHelper, ThatHasNoneLeavesThePlainEntriesUnreadAndLaterFilesOpen) {
  helper("x", "echo 'credentials not found in native keychain'; exit 1");
  const std::string alice = R"("auths":{"reg.example":{"auth":"YWxpY2U6b25l"}})"; // alice:one
  docker_config(R"({"credsStore":"x",)" + alice + '}');
  auto found = find();
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->empty());
  std::ofstream{dir / "home/.dockercfg"} << R"({"reg.example":{"auth":"Ym9iOnR3bw=="}})"; // bob:two
  EXPECT_EQ(find()->user, "bob");
}

TEST_F(NamedHelper, OfDockerHubIsAskedByItsOldName) {
  helper("x", "printf '{\"Username\":\"ann\",\"Secret\":\"%s\"}' \"$(cat)\"");
  docker_config(R"({"credsStore":"x"})");
  EXPECT_EQ(find("registry-1.docker.io")->password, "https://index.docker.io/v1/");
  EXPECT_EQ(find("reg.example:5000")->password, "reg.example:5000");
}

TEST_F(NamedHelper, ThatFailsNamesTheFileThatNamesIt) {
  docker_config(R"({"credsStore":"x"})");
  auto found = find();
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, errc::usage);
  EXPECT_THAT(found.error().message,
              HasSubstr("credsStore of docker config " + (dir / "home/.docker")));
  helper("x", "echo locked; exit 1");
  found = find();
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, errc::unauthorized);
  EXPECT_THAT(found.error().message,
              HasSubstr("credsStore of docker config " + (dir / "home/.docker")));
  EXPECT_THAT(found.error().message, HasSubstr("exit code 1: locked"));
}

TEST_F(NamedHelper, OfAnotherRegistryIsNotAsked) {
  docker_config(R"({"credHelpers":{"other.example":"x"}})");
  auto found = find();
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->empty());
}

TEST_F(NamedHelper, WithASlashIsNotRun) {
  docker_config(R"({"credsStore":"../x"})");
  auto found = find();
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, errc::usage);
  EXPECT_THAT(found.error().message, HasSubstr("`../x`"));
}

} // namespace
} // namespace flotilla::app
