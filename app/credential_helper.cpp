#include "app/credential_helper.hpp"

#include "app/credential_process.hpp"
#include "app/environment.hpp"
#include "app/units.hpp"
#include "protocol/credential_helper.hpp"
#include "protocol/text.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace flotilla::app {

using protocol::credentials;
using protocol::errc;
using protocol::failure;

namespace {

using helper_answer = protocol::result<std::optional<credentials>>;

constexpr std::size_t longest_key = 4 << 10;
constexpr const char* other_ways
  = "give --username and --password-stdin, or another file by --registry-config";

bool may_hold_secret(std::string_view variable) {
  for (std::string_view name : {"FLOTILLA_", "DOCKER_AUTH_CONFIG="})
    if (variable.substr(0, name.size()) == name)
      return true;
  return false;
}

bool is_program(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

/// Directories that are not absolute are passed over: what lies in the current one is anybody's.
std::string find_program(const std::string& name, std::string_view path) {
  while (!path.empty()) {
    const auto end = std::min(path.find(':'), path.size());
    const auto dir = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (dir.empty() || dir.front() != '/')
      continue;
    if (auto program = std::string{dir} + '/' + name; is_program(program))
      return program;
  }
  return {};
}

helper_answer read_end(const credential_process& helper, const std::string& name) {
  auto answer = protocol::read_helper_answer({helper.status(), helper.output(), helper.errors()});
  if (!answer)
    return failure{answer.error().code, name + ' ' + answer.error().message, answer.error().hint};
  return answer;
}

} // namespace

helper_setting read_helper_setting() {
  helper_setting setting;
  setting.path = environment("PATH");
  for (auto* entry = ::environ; entry != nullptr && *entry != nullptr; ++entry)
    if (!may_hold_secret(*entry))
      setting.variables.emplace_back(*entry);
  return setting;
}

helper_answer ask_credential_helper(const std::string& suffix, const std::string& key,
                                    const helper_setting& setting) {
  const auto name = "docker-credential-" + suffix;
  const auto program = find_program(name, setting.path);
  if (program.empty())
    return failure{errc::usage, name + " is no program in a directory of PATH",
                   std::string{"install it, or "} + other_ways};
  if (key.size() > longest_key)
    return failure{errc::usage, "nobody has credentials for a host of such a length", {}};
  auto helper = credential_process::start({program, "get"}, setting.variables, key);
  if (!helper)
    return failure{errc::usage, protocol::printable(helper.error().message), other_ways};
  switch (helper->wait(setting.patience, protocol::most_helper_bytes)) {
    case credential_process::ending::done: return read_end(*helper, name);
    case credential_process::ending::too_much:
      return failure{errc::unauthorized, name + " answered with more than 64 KiB", other_ways};
    case credential_process::ending::interrupted:
      return failure{errc::interrupted, "stopped while " + name + " was asked", {}};
    case credential_process::ending::too_slow: break;
  }
  const auto seconds = std::chrono::duration<double>{setting.patience}.count();
  return failure{errc::unauthorized, name + " gave no answer within " + human_duration(seconds),
                 std::string{"it may have waited for somebody to type: log in again, or "}
                   + other_ways};
}

} // namespace flotilla::app
