#include "app/credentials.hpp"

#include "app/environment.hpp"
#include "protocol/docker_config.hpp"
#include "protocol/text.hpp"

#include <cerrno>
#include <fstream>
#include <iostream>
#include <system_error>

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

} // namespace

protocol::result<std::string> read_password() {
  std::string line;
  char c = 0;
  while (line.size() < most_password_bytes && std::cin.get(c) && c != '\n')
    line += c;
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

} // namespace flotilla::app
