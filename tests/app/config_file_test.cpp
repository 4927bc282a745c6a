#include "app/config_file.hpp"

#include "app/command_line.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace flotilla::app {
namespace {

using protocol::errc;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> read(const std::string& text) {
  std::istringstream from{text};
  auto items = read_config(from);
  if (!items)
    return {"error"};
  std::vector<std::string> lines;
  for (const auto& item : *items) {
    auto line = item.section + '/' + item.key + '=';
    for (const auto& value : item.values)
      line += '<' + value + '>';
    lines.push_back(line);
  }
  return lines;
}

TEST(ReadConfig, ReadsKeysListsAndSections) {
  EXPECT_THAT(read(""), IsEmpty());
  EXPECT_THAT(read("\n# a comment\n\n"), IsEmpty());
  EXPECT_THAT(read("uploads = 8\n"), ElementsAre("/uploads=<8>"));
  EXPECT_THAT(read("uploads=8"), ElementsAre("/uploads=<8>"));
  EXPECT_THAT(read("bandwidth = \"10 MB\" # a comment"), ElementsAre("/bandwidth=<10 MB>"));
  EXPECT_THAT(read("tag = [\"a\", \"b\"]"), ElementsAre("/tag=<a><b>"));
  EXPECT_THAT(read("json = true\n[push]\nuploads = 8\n[plan]\njson = false\n"),
              ElementsAre("/json=<true>", "push/uploads=<8>", "plan/json=<false>"));
}

TEST(ReadConfig, RefusesAFileThatIsTooLarge) {
  std::istringstream from{std::string((1 << 20) + 1, '\n')};
  auto items = read_config(from);
  ASSERT_FALSE(items);
  EXPECT_EQ(items.error().code, errc::usage);
  EXPECT_THAT(items.error().message, HasSubstr("1 MiB"));
}

/// What `flotilla push` says to a file of that content.
protocol::result<std::variant<options, answer>> push_with(const std::string& content,
                                                          const char* command = "push") {
  const test::temp_dir dir;
  const auto path = dir / "flotilla.toml";
  std::ofstream{path} << content;
  const char* words[]
    = {"flotilla", command, "oci:m", "localhost:5000/m:v1", "--config", path.c_str()};
  return parse_command_line(6, words);
}

TEST(ConfigFile, SetsFlagsOfTheCommandThatRuns) {
  auto parsed = push_with("uploads = 8\nverify = \"none\"\nretry-budget = \"1m\"\n"
                          "insecure-skip-tls-verify = true\ndry-run = false\n[push]\nchecks = 9\n");
  ASSERT_TRUE(parsed) << parsed.error().message;
  const auto& chosen = std::get<options>(*parsed);
  EXPECT_EQ(chosen.uploads, 8u);
  EXPECT_EQ(chosen.checks, 9u);
  EXPECT_EQ(chosen.verify, actors::verification::none);
  EXPECT_EQ(chosen.retry_budget, std::chrono::minutes{1});
  EXPECT_FALSE(chosen.tls.verify);
  EXPECT_FALSE(chosen.dry_run);
}

TEST(ConfigFile, MayNameFlagsThatOnlyAnotherCommandHas) {
  EXPECT_TRUE(push_with("uploads = 8\n", "plan"));
  EXPECT_TRUE(push_with("[push]\nuploads = 8\n", "plan"));
}

TEST(ConfigFile, IsRefusedForWhatItCannotSet) {
  const struct {
    const char* name;
    std::string content;
    const char* says;
  } cases[] = {
    {"unknown key", "fast = true\n", "unknown key `fast`"},
    {"misspelt", "upload = 8\n", "unknown key `upload`"},
    {"underscores", "retry_budget = \"1m\"\n", "unknown key `retry_budget`"},
    {"dashes", "--uploads = 8\n", "unknown key"},
    {"a file that names a file", "config = \"other.toml\"\n", "unknown key `config`"},
    {"help", "help = true\n", "unknown key `help`"},
    {"the words of the command", "SOURCE = \"oci:m\"\n", "unknown key `SOURCE`"},
    {"unknown section", "[pull]\nuploads = 8\n", "unknown key `uploads`"},
    {"a flag that section lacks", "[plan]\nuploads = 8\n", "unknown key `uploads`"},
    {"a section in a section", "[push.more]\nuploads = 8\n", "unknown key"},
    {"too few", "uploads = 0\n", "uploads"},
    {"too many", "uploads = 33\n", "uploads"},
    {"no number", "uploads = \"many\"\n", "uploads"},
    {"two values for one", "uploads = [1, 2]\n", "uploads"},
    {"no choice", "check = \"often\"\n", "check"},
    {"no size", "bandwidth = \"fast\"\n", "bandwidth"},
    {"no duration", "stall-timeout = 30\n", "stall-timeout"},
    {"no truth", "json = \"perhaps\"\n", "json"},
    {"no TOML", "this is no TOML", "unknown key"},
    {"binary", std::string("\0\x01\x02\xFF=\x1b[2J\n", 11), "unknown key"},
    {"too large", std::string(2 << 20, '#'), "1 MiB"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto parsed = push_with(c.content);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, errc::usage);
    EXPECT_THAT(parsed.error().message, HasSubstr("flotilla.toml"));
    EXPECT_THAT(parsed.error().message, HasSubstr(c.says));
    EXPECT_THAT(parsed.error().message, Not(HasSubstr("\x1b")));
  }
}

TEST(ConfigFile, IsRefusedWhenItIsADirectory) {
  const test::temp_dir dir;
  const auto path = dir.path().string();
  const char* words[]
    = {"flotilla", "push", "oci:m", "localhost:5000/m:v1", "--config", path.c_str()};
  auto parsed = parse_command_line(6, words);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, errc::usage);
  EXPECT_THAT(parsed.error().message, HasSubstr(path));
}

} // namespace
} // namespace flotilla::app
