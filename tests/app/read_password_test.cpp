#include "app/credentials.hpp"

#include "app/exit_code.hpp"
#include "app/signals.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utility>

namespace flotilla::app {
namespace {

using protocol::errc;
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

} // namespace
} // namespace flotilla::app
