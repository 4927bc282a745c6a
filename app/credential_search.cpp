#include "app/credential_search.hpp"

#include "app/environment.hpp"
#include "app/regular_file.hpp"
#include "protocol/text.hpp"

#include <spdlog/spdlog.h>

#include <cerrno>
#include <fstream>
#include <optional>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace flotilla::app {

using protocol::credentials;
using protocol::errc;
using protocol::failure;
using protocol::login_file;
using protocol::printable;
using protocol::result;

namespace {

constexpr std::size_t most_config_bytes = 4 << 20;
constexpr const char* podman_file = "podman auth file";
constexpr const char* docker_file = "docker config";

std::vector<login_place> usual_files() {
  const auto home = environment("HOME");
  const auto in_home = [&](const char* path) { return home.empty() ? std::string{} : home + path; };
  const auto runtime = environment("XDG_RUNTIME_DIR");
  const auto config = environment("XDG_CONFIG_HOME");
  const auto docker = environment("DOCKER_CONFIG");
  std::vector<login_place> files{
    {podman_file,
     runtime.empty() ? "/run/containers/" + std::to_string(::getuid()) + "/auth.json"
                     : runtime + "/containers/auth.json",
     login_file::podman},
    {podman_file,
     config.empty() ? in_home("/.config/containers/auth.json") : config + "/containers/auth.json",
     login_file::podman},
    {docker_file, docker.empty() ? in_home("/.docker/config.json") : docker + "/config.json",
     login_file::docker},
    {docker_file, in_home("/.dockercfg"), login_file::dockercfg}};
  return files;
}

/// The file's text. Nothing when it is not there and need not be.
result<std::optional<std::string>> read_file(const login_place& place) {
  if (auto bad = check_regular_file(place.what, place.path); bad.code != errc::none)
    return bad;
  std::ifstream file{place.path, std::ios::binary};
  if (!file) {
    const auto why
      = "cannot read " + printable(place.path) + ": " + std::generic_category().message(errno);
    if (place.named)
      return failure{errc::usage, why,
                     place.what + " names a file as `docker login` or `podman login` writes it"};
    // Even the absence of a file may be hidden: that of another user's runtime directory is.
    if (errno != ENOENT && errno != ENOTDIR)
      spdlog::debug("{}; looking for credentials elsewhere", why);
    return std::optional<std::string>{};
  }
  std::string text(most_config_bytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return std::optional{std::move(text)};
}

/// A text that was found, and what it is to people.
struct login_text {
  std::string text;
  std::string shown; ///< fit to be shown
  login_file kind;
};

result<credentials> ask_helper(const protocol::stored_login& stored, const std::string& shown,
                               const helper_setting& setting) {
  const auto named = "(" + stored.member + " of " + shown + ')';
  auto answer = ask_credential_helper(stored.helper, stored.helper_key, setting);
  if (!answer)
    return failure{answer.error().code,
                   "credential helper " + named + ": " + answer.error().message,
                   answer.error().hint};
  auto who = std::move(*answer).value_or(credentials{});
  who.source = "credential helper docker-credential-" + stored.helper + ' ' + named;
  return who;
}

result<credentials> look_in(const login_text& in, const std::string& host,
                            const std::string& repository, const helper_setting& helpers) {
  auto stored = protocol::find_stored_login(in.text, in.kind, host, repository);
  if (!stored)
    return failure{errc::usage, in.shown + ": " + stored.error().message, stored.error().hint};
  if (!*stored)
    return credentials{};
  if (!(*stored)->helper.empty())
    return ask_helper(**stored, in.shown, helpers);
  auto who = std::move((*stored)->who);
  who.source = in.shown + (in.kind == login_file::dockercfg ? "" : ", " + (*stored)->member);
  return who;
}

} // namespace

login_places read_login_places(const options& chosen) {
  login_places places;
  places.helpers = read_helper_setting();
  if (!chosen.registry_config.empty()) {
    places.files.push_back({"--registry-config", chosen.registry_config, login_file::docker, true});
    return places;
  }
  places.variable = environment("DOCKER_AUTH_CONFIG");
  if (auto named = environment("REGISTRY_AUTH_FILE"); !named.empty()) {
    places.files.push_back({"$REGISTRY_AUTH_FILE", std::move(named), login_file::podman, true});
    return places;
  }
  for (auto& file : usual_files())
    if (!file.path.empty())
      places.files.push_back(std::move(file));
  places.ollama_keys = usual_ollama_keys();
  return places;
}

result<credentials> look_for_login(const login_places& places, const std::string& host,
                                   const std::string& repository) {
  if (!places.variable.empty()) {
    auto found = look_in({places.variable, "$DOCKER_AUTH_CONFIG", login_file::docker}, host,
                         repository, places.helpers);
    if (!found || !found->empty())
      return found;
  }
  for (const auto& place : places.files) {
    auto text = read_file(place);
    if (!text)
      return text.error();
    if (!*text)
      continue;
    auto found = look_in({std::move(**text), place.what + ' ' + printable(place.path), place.kind},
                         host, repository, places.helpers);
    if (!found || !found->empty())
      return found;
  }
  return look_for_ollama_key(places.ollama_keys, host);
}

} // namespace flotilla::app
