#include "app/credentials.hpp"

#include "app/exit_code.hpp"
#include "app/signals.hpp"
#include "tests/app/scoped_environment.hpp"
#include "tests/support/as_nobody.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utility>

namespace flotilla::app {
namespace {

using protocol::errc;
using test::scoped_environment;
using testing::HasSubstr;
using testing::Not;

/// Standard input holds this text until the object is gone.
class standard_input {
public:
  explicit standard_input(const std::string& text) : before_(::dup(STDIN_FILENO)) {
    std::ofstream{dir_ / "input"} << text;
    const auto file = ::open((dir_ / "input").c_str(), O_RDONLY | O_CLOEXEC);
    ::dup2(file, STDIN_FILENO);
    ::close(file);
  }
  ~standard_input() {
    if (before_ < 0)
      ::close(STDIN_FILENO);
    else
      ::dup2(before_, STDIN_FILENO);
    ::close(before_);
  }
  standard_input(const standard_input&) = delete;
  standard_input& operator=(const standard_input&) = delete;

private:
  test::temp_dir dir_;
  int before_;
};

/// A child process that sits at a terminal and reads a password there.
class at_terminal {
public:
  at_terminal() : ours_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    ::grantpt(ours_);
    ::unlockpt(ours_);
    const std::string name = ::ptsname(ours_);
    theirs_
      = ::open(name.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC); // it keeps its modes when he ends
    child_ = ::fork();
    if (child_ == 0)
      ::_exit(read_there(name));
  }
  ~at_terminal() {
    if (child_ > 0)
      end(SIGKILL);
    ::close(theirs_);
    ::close(ours_);
  }
  at_terminal(const at_terminal&) = delete;
  at_terminal& operator=(const at_terminal&) = delete;

  /// Reads what is shown until it holds `text`, which a child that ended never shows.
  bool shows(const std::string& text) {
    char piece[256];
    pollfd output{ours_, POLLIN, 0};
    while (shown_.find(text) == std::string::npos && ::poll(&output, 1, 30'000) == 1) {
      const auto got = ::read(ours_, piece, sizeof piece);
      if (got <= 0)
        return false;
      shown_.append(piece, static_cast<std::size_t>(got));
    }
    return shown_.find(text) != std::string::npos;
  }
  void type(const std::string& text) const {
    EXPECT_EQ(::write(ours_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  bool echoes() const {
    termios modes{};
    EXPECT_EQ(::tcgetattr(theirs_, &modes), 0);
    return (modes.c_lflag & tcflag_t{ECHO}) != 0;
  }
  void signal(int number) const {
    ::kill(child_, number);
  }
  /// @returns the exit code, or 128 + n when signal n ended it.
  int end(int by = 0) {
    if (by != 0)
      ::kill(child_, by);
    int status = 0;
    ::waitpid(std::exchange(child_, 0), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  const std::string& shown() const {
    return shown_;
  }

private:
  static int read_there(const std::string& terminal) {
    ::setsid();
    const auto opened = ::open(terminal.c_str(), O_RDWR); // the controlling one: Ctrl-C counts
    for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
      ::dup2(opened, fd);
    watch_signals();
    const auto password = read_password();
    if (!password)
      return exit_code_of(password.error().code);
    return *password == "secret" ? exit_done : exit_internal;
  }

  int ours_;
  int theirs_ = -1;
  pid_t child_ = 0;
  std::string shown_;
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

TEST(ReadPassword, HidesWhatIsTypedAtATerminal) {
  at_terminal person;
  ASSERT_TRUE(person.shows("Password: "));
  EXPECT_FALSE(person.echoes());
  person.type("secret\n");
  EXPECT_TRUE(person.shows("\n")); // ours: the terminal shows none of what is typed
  EXPECT_EQ(person.end(), exit_done);
  EXPECT_TRUE(person.echoes());
  EXPECT_THAT(person.shown(), Not(HasSubstr("secret")));
}

TEST(ReadPassword, IsInterruptedByCtrlC) {
  for (const char* typed_before : {"", "secr"}) {
    at_terminal person;
    ASSERT_TRUE(person.shows("Password: "));
    person.type(std::string{typed_before} + '\x03');
    EXPECT_EQ(person.end(), exit_interrupted);
    EXPECT_TRUE(person.echoes());
  }
}

TEST(ReadPassword, IsInterruptedByATermSignal) {
  at_terminal person;
  ASSERT_TRUE(person.shows("Password: "));
  person.signal(SIGTERM);
  EXPECT_EQ(person.end(), exit_interrupted);
  EXPECT_TRUE(person.echoes());
}

TEST(ReadPassword, RefusesATerminalThatSaysNothing) {
  for (const char* typed : {"\n", "\x04"}) { // Ctrl-D: the end of input
    at_terminal person;
    ASSERT_TRUE(person.shows("Password: "));
    person.type(typed);
    EXPECT_EQ(person.end(), exit_usage);
    EXPECT_TRUE(person.echoes());
  }
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

// Opening a FIFO waits for one who writes into it.
TEST_F(FindCredentials, RefusesAFifoAndADirectoryWithoutOpeningThem) {
  std::filesystem::create_directories(dir / "home/.docker");
  const auto own = dir / "home/.docker/config.json";
  const auto named = dir / "fifo";
  ASSERT_EQ(::mkfifo(own.c_str(), 0600), 0);
  ASSERT_EQ(::mkfifo(named.c_str(), 0600), 0);
  auto found = find_credentials(chosen, "", "reg.example");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, errc::usage);
  EXPECT_THAT(found.error().message, HasSubstr(own + " is no regular file"));
  chosen.registry_config = named;
  found = find_credentials(chosen, "", "reg.example");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, errc::usage);
  EXPECT_THAT(found.error().message, HasSubstr("--registry-config: " + named));
  std::filesystem::remove(own);
  std::filesystem::create_directory(own);
  chosen.registry_config.clear();
  found = find_credentials(chosen, "", "reg.example");
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr(own + " is a directory"));
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
