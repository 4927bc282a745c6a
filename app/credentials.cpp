#include "app/credentials.hpp"

#include "app/environment.hpp"
#include "app/regular_file.hpp"
#include "app/signals.hpp"
#include "protocol/docker_config.hpp"
#include "protocol/text.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <poll.h>
#include <system_error>
#include <termios.h>
#include <unistd.h>

namespace flotilla::app {

using protocol::credentials;
using protocol::errc;
using protocol::failure;

namespace {

constexpr std::size_t most_config_bytes = 4 << 20;
constexpr std::size_t most_password_bytes = 64 << 10;

std::string default_config() {
  if (auto dir = environment("DOCKER_CONFIG"); !dir.empty())
    return dir + "/config.json";
  auto home = environment("HOME");
  return home.empty() ? std::string{} : home + "/.docker/config.json";
}

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

protocol::result<credentials> find_credentials(const options& chosen, const std::string& password,
                                               const std::string& host) {
  if (!chosen.username.empty())
    return credentials{chosen.username, password};
  auto path = chosen.registry_config.empty() ? default_config() : chosen.registry_config;
  if (path.empty())
    return credentials{};
  const auto* what = chosen.registry_config.empty() ? "credentials file" : "--registry-config";
  if (auto bad = check_regular_file(what, path); bad.code != errc::none)
    return bad;
  std::ifstream file{path, std::ios::binary};
  if (!file) {
    if (chosen.registry_config.empty())
      return credentials{}; // not logged in anywhere
    return failure{errc::usage,
                   "cannot read " + protocol::printable(path) + ": "
                     + std::generic_category().message(errno),
                   "--registry-config names a docker config.json"};
  }
  std::string text(most_config_bytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  auto found = protocol::find_docker_credentials(text, host);
  if (!found)
    return failure{errc::usage, protocol::printable(path) + ": " + found.error().message,
                   found.error().hint};
  return found->value_or(credentials{});
}

protocol::result<actors::credential_finder> credentials_of(const options& chosen) {
  std::string password;
  if (chosen.password_stdin) {
    auto given = read_password();
    if (!given)
      return given.error();
    password = std::move(*given);
  }
  return actors::credential_finder{[&chosen, password](const std::string& host) {
    return find_credentials(chosen, password, host);
  }};
}

} // namespace flotilla::app
