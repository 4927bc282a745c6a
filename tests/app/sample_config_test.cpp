#include "app/command_line.hpp"
#include "app/config_file.hpp"
#include "tests/support/project_page.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

namespace flotilla::app {
namespace {

using testing::IsSupersetOf;

std::filesystem::path sample_path() {
  return test::project_folder() / "configs/flotilla.toml";
}

std::vector<std::string> sample_lines() {
  std::ifstream file{sample_path()};
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);)
    lines.push_back(line);
  return lines;
}

/// `#tag = …` is a setting that is commented out; `# Tags …` is a sentence.
bool is_commented_out(const std::string& line) {
  return line.size() > 1 && line[0] == '#'
         && std::islower(static_cast<unsigned char>(line[1])) != 0;
}

bool is_setting(const std::string& line) {
  return is_commented_out(line) || (!line.empty() && line[0] != '#');
}

/// The file with every setting in force.
std::string sample_with_all_settings() {
  std::string text;
  for (const auto& line : sample_lines())
    text += (is_commented_out(line) ? line.substr(1) : line) + '\n';
  return text;
}

std::set<std::string> keys_of(const std::string& text) {
  std::istringstream in{text};
  auto items = read_config(in);
  EXPECT_TRUE(items) << items.error().message;
  std::set<std::string> keys;
  if (items)
    for (const auto& item : *items)
      keys.insert(item.key);
  return keys;
}

/// Of all commands if none is named.
std::set<std::string> flags_of(const std::string& command = {}) {
  std::set<std::string> names;
  for (const auto& flag : all_flags())
    if (command.empty() || flag.command == command)
      names.insert(flag.name.substr(2));
  names.erase("help");   // shows, and sets nothing
  names.erase("config"); // a file cannot name another one
  return names;
}

/// What a user can set, in the order of options.hpp.
auto settings(const options& o) {
  return std::make_tuple(
    std::make_tuple(o.tags, o.manifest_file, o.mount_from),
    std::make_tuple(o.check, o.verify, o.dry_run, o.uploads, o.checks, o.bandwidth,
                    o.retry_budget.count(), o.stall_timeout.count()),
    std::make_tuple(o.tls.ca_file, o.tls.client_cert, o.tls.client_key, o.tls.verify, o.plain_http),
    std::make_tuple(o.username, o.password_stdin, o.registry_config, o.ollama_key),
    std::make_tuple(o.state_dir, o.admin, o.progress, o.json, o.log_level, o.log_json),
    std::make_tuple(o.fleet.coordinator, o.fleet.detach, o.max_uploads, o.fleet.ca));
}

options parse(const char* command, const std::string& config) {
  std::vector<const char*> argv{"flotilla", command, "./model", "registry.example/m/x:1"};
  if (!config.empty())
    argv.insert(argv.end(), {"--config", config.c_str()});
  auto parsed = parse_command_line(static_cast<int>(argv.size()), argv.data());
  EXPECT_TRUE(parsed) << parsed.error().message;
  if (!parsed || !std::holds_alternative<options>(*parsed))
    return {};
  return std::get<options>(*parsed);
}

TEST(SampleConfig, NamesFlagsAndNothingElse) {
  EXPECT_THAT(flags_of(), IsSupersetOf(keys_of(sample_with_all_settings())));
}

TEST(SampleConfig, HasEveryFlagOfPush) {
  EXPECT_THAT(keys_of(sample_with_all_settings()), IsSupersetOf(flags_of("push")));
}

TEST(SampleConfig, HasEachSettingOnce) {
  std::size_t settings_seen = 0;
  for (const auto& line : sample_lines())
    settings_seen += is_setting(line) ? 1 : 0;
  EXPECT_EQ(settings_seen, keys_of(sample_with_all_settings()).size());
}

TEST(SampleConfig, ExplainsEachSettingInTheLineAboveIt) {
  auto lines = sample_lines();
  ASSERT_FALSE(lines.empty());
  for (std::size_t i = 1; i < lines.size(); ++i)
    if (is_setting(lines[i])) {
      EXPECT_EQ(lines[i - 1].substr(0, 2), "# ") << lines[i];
    }
}

TEST(SampleConfig, ChangesNoDefault) {
  for (const auto* command : {"push", "plan", "verify"}) {
    auto with_file = settings(parse(command, sample_path().string()));
    EXPECT_EQ(with_file, settings(parse(command, {}))) << command;
    EXPECT_EQ(with_file, settings(options{})) << command;
  }
}

TEST(SampleConfig, HasExamplesThatWorkTogether) {
  test::temp_dir folder;
  auto path = folder / "all.toml";
  std::ofstream{path} << sample_with_all_settings();
  auto chosen = parse("push", path);
  EXPECT_EQ(chosen.manifest_file, "manifest.json");
  EXPECT_EQ(chosen.mount_from, "models/base");
  EXPECT_EQ(chosen.tags, (std::vector<std::string>{"latest", "stable"}));
  EXPECT_EQ(chosen.tls.ca_file, "ca.pem");
  EXPECT_EQ(chosen.plain_http, false);
  EXPECT_EQ(chosen.username, "ci");
  EXPECT_TRUE(chosen.password_stdin);
}

} // namespace
} // namespace flotilla::app
