#include "app/config_file.hpp"

#include "app/command_line.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <sys/stat.h>

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

// By toml.io/en/v1.0.0.
TEST(ReadConfig, ReadsWhatTomlSays) {
  const struct {
    std::string toml, item;
  } cases[] = {
    {"bandwidth = \"1 # 2\"", "/bandwidth=<1 # 2>"},
    {"tag = 'a\\b'", "/tag=<a\\b>"},
    {R"(tag = "a\"b\\c\td")", "/tag=<a\"b\\c\td>"},
    {"tag = \"\"", "/tag=<>"},
    {"\"tag\" = 'a'", "/tag=<a>"},
    {"push.uploads = 8", "push/uploads=<8>"},
    {"[ push ] # a comment\nuploads = 8", "push/uploads=<8>"},
    {"uploads = 8\r\n", "/uploads=<8>"},
    {"tag = []", "/tag="},
    {"tag = [ 'a', # one\n\n 'b' # two\n, ]", "/tag=<a><b>"},
    {"tag = ['a,b', \"]\"]", "/tag=<a,b><]>"},
    {"check = often", "/check=<often>"}, // ours: a word needs no quotes
  };
  for (const auto& c : cases)
    EXPECT_THAT(read(c.toml), ElementsAre(c.item)) << c.toml;
  EXPECT_THAT(read("json = true\n[push]\njson = true\n"),
              ElementsAre("/json=<true>", "push/json=<true>"));
}

TEST(ReadConfig, RefusesWhatIsNoToml) {
  const struct {
    std::string toml;
    const char* line;
  } cases[] = {
    {"[", "line 1 "},
    {"]", "line 1 "},
    {"\n[\n", "line 2 "},
    {"[]", "line 1 "},
    {"[push", "line 1 "},
    {"[push] json = true", "line 1 "},
    {"[pu sh]", "line 1 "},
    {"[[push]]\nuploads = 8", "line 1 "},
    {"[push]\n[plan]\n[push]", "line 3 "},
    {"json = true\njson = true", "line 2 "},
    {"json = true\nuploads = 8\njson = false", "line 3 "},
    {"tag = 'a'\ntag = 'b'", "line 2 "},
    {"push.json = true\n[push]\njson = true", "line 3 "},
    {"json", "line 1 "},
    {"json =", "line 1 "},
    {"json = # true", "line 1 "},
    {"= true", "line 1 "},
    {"json: true", "line 1 "},
    {"; a comment of another format", "line 1 "},
    {".json = true", "line 1 "},
    {"json. = true", "line 1 "},
    {"uploads = 8 9", "line 1 "},
    {"uploads = 8, 9", "line 1 "},
    {"uploads = 8 json = true", "line 1 "},
    {"uploads = {}", "line 1 "},
    {"\ntag = [", "line 2 "},
    {"tag = [\njson = true\n", "line 1 "},
    {"tag = ['a'", "line 1 "},
    {"tag = ['a' 'b']", "line 1 "},
    {"tag = [,]", "line 1 "},
    {"tag = [['a']]", "line 1 "},
    {"tag = \"a", "line 1 "},
    {"tag = 'a\nb'", "line 1 "},
    {"tag = \"a\\", "line 1 "},
    {"tag = \"\\x1b\"", "line 1 "},
    {"tag = \"\"\"a\"\"\"", "line 1 "},
    {"tag = \"\x1b[2J\"", "line 1 "},
    {std::string("tag = 'a\0'", 10), "line 1 "},
    {std::string("\0\x01\x02\xFF=\x1b[2J\n", 10), "line 1 "},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.toml);
    std::istringstream from{c.toml};
    auto items = read_config(from);
    ASSERT_FALSE(items);
    EXPECT_EQ(items.error().code, errc::usage);
    EXPECT_THAT(items.error().message, HasSubstr(c.line));
    EXPECT_THAT(items.error().message, HasSubstr("TOML"));
  }
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

TEST(ConfigFile, SaysWhatAWorkerCannotDoWithout) {
  const test::temp_dir dir;
  const auto path = dir / "flotilla.toml";
  const auto worker_with = [&](const char* content) {
    std::ofstream{path} << content;
    const char* words[] = {"flotilla", "worker", "--config", path.c_str()};
    return parse_command_line(4, words);
  };
  const auto parsed = worker_with("coordinator = \"head:7400\"\nroot = [\"/a\", \"/b\"]\n");
  ASSERT_TRUE(parsed) << parsed.error().message;
  const auto& chosen = std::get<options>(*parsed);
  EXPECT_EQ(chosen.fleet.coordinator, "head:7400");
  EXPECT_THAT(chosen.fleet.roots, ElementsAre("/a", "/b"));
  const std::pair<const char*, const char*> lacking[]
    = {{"root = \"/a\"\n", "--coordinator"}, {"coordinator = \"head:7400\"\n", "--root"}};
  for (const auto& [content, flag] : lacking) {
    const auto refused = worker_with(content);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::usage);
    EXPECT_THAT(refused.error().message, HasSubstr(flag));
    EXPECT_THAT(refused.error().hint, HasSubstr("--config"));
  }
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
    {"no value", "uploads = []\n", "key `uploads`"},
    {"no tag", "tag = []\n", "key `tag`"},
    {"no TOML", "this is no TOML", "line 1"},
    {"a foreign key", "\"\x1b[2J\" = 1\n", "line 1"},
    {"a foreign value", "check = \"\\b[2J\"\n", "key `check`"},
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

const char* const switches[]
  = {"json", "dry-run", "detach", "password-stdin", "plain-http", "insecure-skip-tls-verify"};

TEST(ConfigFile, TurnsASwitchOnAndOff) {
  const std::string on = "password-stdin = true\nusername = \"me\"\njson = true\n";
  auto parsed = push_with(on + "insecure-skip-tls-verify = false\nplain-http = true\n");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_TRUE(std::get<options>(*parsed).password_stdin);
  EXPECT_TRUE(std::get<options>(*parsed).json);
  EXPECT_TRUE(std::get<options>(*parsed).tls.verify);
  EXPECT_EQ(std::get<options>(*parsed).plain_http, true);
  for (const std::string name : switches)
    for (const auto* section : {"", "[push]\n"})
      EXPECT_TRUE(push_with(section + name + " = false\n")) << name;
}

TEST(ConfigFile, TakesNoOtherWordForASwitch) {
  const char* values[] = {"[]",   "[1]", "[true]", "[true, false]", "1",
                          "0",    "5",   "-5",     "1.5",           "99999999999999999999",
                          "inf",  "nan", "True",   "1979-05-27",    "\"on\"",
                          "\"\"", "y",   "x",      "yes",           "\" true\""};
  for (const std::string name : switches)
    for (const std::string section : {"", "[push]\n"})
      for (const std::string value : values) {
        SCOPED_TRACE(section + name + " = " + value);
        auto parsed = push_with(section + name + " = " + value + '\n');
        ASSERT_FALSE(parsed);
        EXPECT_EQ(parsed.error().code, errc::usage);
        EXPECT_THAT(parsed.error().message, HasSubstr("flotilla.toml"));
        EXPECT_THAT(parsed.error().message, HasSubstr("key `" + name + '`'));
        EXPECT_THAT(parsed.error().message, HasSubstr("neither true nor false"));
      }
  EXPECT_THAT(push_with("json = 1979-05-27\n").error().message, HasSubstr("`1979-05-27`"));
  EXPECT_THAT(push_with("json = [1]\n").error().message, HasSubstr("`[1]`"));
}

// Opening one waits for somebody who writes into it.
TEST(ConfigFile, IsRefusedWhenItIsAFifo) {
  const test::temp_dir dir;
  const auto path = dir / "fifo";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const char* words[]
    = {"flotilla", "push", "oci:m", "localhost:5000/m:v1", "--config", path.c_str()};
  auto parsed = parse_command_line(6, words);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, errc::usage);
  EXPECT_THAT(parsed.error().message, HasSubstr("--config: " + path + " is no regular file"));
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
