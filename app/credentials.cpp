#include "app/credentials.hpp"

#include "app/credential_search.hpp"
#include "app/ollama_key.hpp"
#include "app/signals.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <memory>
#include <poll.h>
#include <termios.h>
#include <unistd.h>
#include <utility>

namespace flotilla::app {

using protocol::credentials;
using protocol::errc;
using protocol::failure;

namespace {

constexpr std::size_t most_password_bytes = 64 << 10;

/// Signals that stop us wait until `ppoll` lets them in: none can come between a look at
/// `is_interrupted` and the wait for input, which it would not end.
class held_signals {
public:
  held_signals() {
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &held, &before_);
  }
  ~held_signals() {
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  held_signals(const held_signals&) = delete;
  held_signals& operator=(const held_signals&) = delete;

  const sigset_t& before() const noexcept {
    return before_;
  }

private:
  sigset_t before_{};
};

/// A terminal does not show what is typed until the object is gone; other input is left alone.
class hidden_typing {
public:
  hidden_typing() : is_terminal_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!is_terminal_)
      return;
    auto silent = before_;
    silent.c_lflag &= ~tcflag_t{ECHO};
    ::tcsetattr(STDIN_FILENO, TCSANOW, &silent);
    std::fputs("Password: ", stderr);
  }
  ~hidden_typing() {
    if (!is_terminal_)
      return;
    ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
    std::fputc('\n', stderr);
  }
  hidden_typing(const hidden_typing&) = delete;
  hidden_typing& operator=(const hidden_typing&) = delete;

private:
  termios before_{};
  bool is_terminal_;
};

/// Waits for the next byte of standard input.
/// @returns false at its end, and when a signal asks us to stop.
bool read_byte(char& into, const sigset_t& let_in) {
  while (!is_interrupted()) {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    const auto ready = ::ppoll(&input, 1, nullptr, &let_in);
    const auto got = ready > 0 ? ::read(STDIN_FILENO, &into, 1) : ready;
    if (got >= 0)
      return got == 1;
    if (errno != EINTR && errno != EAGAIN)
      return false;
  }
  return false;
}

} // namespace

protocol::result<std::string> read_password() {
  const held_signals held;
  const hidden_typing hidden;
  std::string line;
  char c = 0;
  while (line.size() < most_password_bytes && read_byte(c, held.before()) && c != '\n')
    line += c;
  if (is_interrupted())
    return failure{errc::interrupted, "stopped while the password was read", {}};
  if (!line.empty() && line.back() == '\r')
    line.pop_back();
  if (line.empty())
    return failure{errc::usage, "--password-stdin: standard input holds no password", {}};
  return line;
}

actors::credential_finder finder_of(const options& chosen, const std::string& password) {
  if (!chosen.username.empty()) {
    credentials who{chosen.username, password};
    who.source = "--username, with the password of standard input";
    if (!chosen.password_stdin) {
      who.password = chosen.password;
      who.source = "--username, with the password of $FLOTILLA_PASSWORD";
    }
    return [who](const std::string&, const std::string&) { return who; };
  }
  if (!chosen.ollama_key.empty())
    return [key = read_ollama_key("--ollama-key", chosen.ollama_key)](
             const std::string&, const std::string&) { return key; };
  auto places = std::make_shared<const login_places>(read_login_places(chosen));
  return [places](const std::string& host, const std::string& repository) {
    return look_for_login(*places, host, repository);
  };
}

protocol::result<actors::credential_finder> credentials_of(const options& chosen) {
  std::string password;
  if (chosen.password_stdin) {
    auto given = read_password();
    if (!given)
      return given.error();
    password = *std::move(given);
  }
  auto find = finder_of(chosen, password);
  if (!chosen.ollama_key.empty()) // it is known already, for whatever registry
    if (auto found = find({}, {}); !found)
      return found.error();
  return find;
}

} // namespace flotilla::app
