#include "app/command_line.hpp"

#include "tests/app/parsed.hpp"
#include "tests/app/scoped_environment.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sys/stat.h>

namespace flotilla::app {
namespace {

using namespace std::chrono_literals;
using protocol::errc;
using test::scoped_environment;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string said(const protocol::result<std::variant<options, answer>>& parsed) {
  if (!parsed || !std::holds_alternative<answer>(*parsed)) {
    ADD_FAILURE() << "no answer";
    return {};
  }
  return std::get<answer>(*parsed).text;
}

TEST(CommandLine, NamesASourceAndAReference) {
  const struct {
    const char* word;
    command what;
  } cases[] = {{"push", command::push}, {"plan", command::plan}, {"verify", command::verify}};
  for (const auto& c : cases) {
    auto read = chosen(parse({c.word, "ollama:llama3.2", "reg.example/m/x:1"}));
    EXPECT_EQ(read.what, c.what);
    EXPECT_EQ(read.source, "ollama:llama3.2");
    EXPECT_EQ(read.reference, "reg.example/m/x:1");
  }
  EXPECT_EQ(chosen(parse({"version"})).what, command::version);
  EXPECT_TRUE(chosen(parse({"version", "--json"})).json);
  EXPECT_EQ(chosen(parse({"completion", "zsh"})).shell, "zsh");
}

TEST(CommandLine, SaysWhichCertificateIsWanted) {
  const auto init = chosen(parse({"certs", "init", "--dir", "d", "--days", "36500"}));
  EXPECT_EQ(init.what, command::certs);
  EXPECT_EQ(init.certs.action, "init");
  EXPECT_EQ(init.certs.dir, "d");
  EXPECT_EQ(init.certs.days, 36'500);
  const auto issue = chosen(parse({"certs", "issue", "--dir", "d", "--host", "a.example", "--host",
                                   "10.0.0.7", "node1", "--out", "o", "--force", "--json"}));
  EXPECT_EQ(issue.certs.action, "issue");
  EXPECT_EQ(issue.certs.name, "node1");
  EXPECT_THAT(issue.certs.hosts, ElementsAre("a.example", "10.0.0.7"));
  EXPECT_EQ(issue.certs.out, "o");
  EXPECT_EQ(issue.certs.days, std::nullopt);
  EXPECT_TRUE(issue.certs.force);
  EXPECT_TRUE(issue.json);
  const scoped_environment env{{{"FLOTILLA_DIR", "e"}, {"FLOTILLA_DAYS", "7"}}};
  EXPECT_EQ(chosen(parse({"certs", "init"})).certs.dir, "e");
  EXPECT_EQ(chosen(parse({"certs", "init"})).certs.days, 7);
}

TEST(CommandLine, SaysWhatIsToBeChecked) {
  const auto read
    = chosen(parse({"auth", "check", "reg.example/m/x", "--json", "--ca-cert", "ca"}));
  EXPECT_EQ(read.what, command::auth);
  EXPECT_EQ(read.auth_action, "check");
  EXPECT_EQ(read.reference, "reg.example/m/x");
  EXPECT_EQ(read.tls.ca_file, "ca");
  EXPECT_TRUE(read.json);
  EXPECT_FALSE(parse({"auth"}));
  EXPECT_FALSE(parse({"auth", "check"}));
  EXPECT_FALSE(parse({"auth", "login", "reg.example/m/x"}));
  EXPECT_FALSE(parse({"auth", "check", "reg.example/m/x", "--tag", "v1"}));
  EXPECT_THAT(said(parse({"auth", "--help"})), HasSubstr("cancelling"));
}

TEST(CommandLine, TakesThePasswordFromTheEnvironmentAndFromNoFlag) {
  const struct {
    const char* variable;
    const char* password;
  } cases[] = {{"hush", "hush"},
               {"hush\n", "hush"},
               {"hush\r\n", "hush"},
               {" hush ", " hush "},
               {"hush\n\n", "hush\n"}};
  for (const auto& c : cases) {
    const scoped_environment env{{{"FLOTILLA_USERNAME", "ann"}, {"FLOTILLA_PASSWORD", c.variable}}};
    EXPECT_EQ(chosen(parse_push({})).username, "ann");
    EXPECT_EQ(chosen(parse_push({})).password, c.password);
    EXPECT_EQ(chosen(parse({"version"})).password, ""); // it has no use for one
  }
  EXPECT_FALSE(parse_push({"--username", "me", "--password", "hush"}));
  const scoped_environment alone{{{"FLOTILLA_PASSWORD", "hush"}}};
  EXPECT_EQ(chosen(parse_push({"--username", "me"})).username, "me");
  const auto refused = parse_push({});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::usage);
  EXPECT_THAT(refused.error().message, HasSubstr("FLOTILLA_PASSWORD needs --username"));
  EXPECT_THAT(refused.error().message, Not(HasSubstr("hush")));
}

// The README, "Flags", has the defaults.
TEST(CommandLine, HasTheDefaultsOfTheDesign) {
  auto read = chosen(parse_push({}));
  EXPECT_EQ(read.uploads, 32u);
  EXPECT_EQ(read.checks, 128u);
  EXPECT_EQ(read.bandwidth, 0u);
  EXPECT_EQ(read.retry_budget, 10min);
  EXPECT_EQ(read.check, protocol::check_mode::automatic);
  EXPECT_EQ(read.verify, actors::verification::manifest);
  EXPECT_EQ(read.progress, progress_style::automatic);
  EXPECT_TRUE(read.tls.verify);
  EXPECT_FALSE(read.plain_http);
  EXPECT_FALSE(read.json);
  EXPECT_FALSE(read.dry_run);
  EXPECT_EQ(read.admin, "");
}

TEST(CommandLine, SetsWhatEachFlagSays) {
  auto read = chosen(parse_push({"--tag",
                                 "a",
                                 "--tag=b",
                                 "--uploads",
                                 "8",
                                 "--checks=16",
                                 "--bandwidth",
                                 "10MB",
                                 "--retry-budget",
                                 "90s",
                                 "--stall-timeout",
                                 "5s",
                                 "--check",
                                 "never",
                                 "--verify",
                                 "blobs",
                                 "--dry-run",
                                 "--mount-from",
                                 "library/base",
                                 "--manifest",
                                 "m.json",
                                 "--ca-cert",
                                 "ca.pem",
                                 "--client-cert",
                                 "c.pem",
                                 "--client-key",
                                 "k.pem",
                                 "--insecure-skip-tls-verify",
                                 "--username",
                                 "me",
                                 "--password-stdin",
                                 "--registry-config",
                                 "auth.json",
                                 "--ollama-key",
                                 "id_ed25519",
                                 "--state-dir",
                                 "/s",
                                 "--progress",
                                 "json",
                                 "--json",
                                 "--log-level",
                                 "debug",
                                 "--log-format",
                                 "json",
                                 "--admin",
                                 "[::1]:0"}));
  EXPECT_THAT(read.tags, ElementsAre("a", "b"));
  EXPECT_EQ(read.uploads, 8u);
  EXPECT_EQ(read.checks, 16u);
  EXPECT_EQ(read.bandwidth, 10'000'000u);
  EXPECT_EQ(read.retry_budget, 90s);
  EXPECT_EQ(read.stall_timeout, 5s);
  EXPECT_EQ(read.check, protocol::check_mode::never);
  EXPECT_EQ(read.verify, actors::verification::blobs);
  EXPECT_TRUE(read.dry_run);
  EXPECT_EQ(read.mount_from, "library/base");
  EXPECT_EQ(read.manifest_file, "m.json");
  EXPECT_EQ(read.tls.ca_file, "ca.pem");
  EXPECT_EQ(read.tls.client_cert, "c.pem");
  EXPECT_EQ(read.tls.client_key, "k.pem");
  EXPECT_FALSE(read.tls.verify);
  EXPECT_EQ(read.username, "me");
  EXPECT_TRUE(read.password_stdin);
  EXPECT_EQ(read.registry_config, "auth.json");
  EXPECT_EQ(read.ollama_key, "id_ed25519");
  EXPECT_EQ(read.state_dir, "/s");
  EXPECT_EQ(read.progress, progress_style::json);
  EXPECT_TRUE(read.json);
  EXPECT_EQ(read.log_level, "debug");
  EXPECT_TRUE(read.log_json);
  EXPECT_EQ(read.admin, "[::1]:0");
}

TEST(CommandLine, TakesFlagsBeforeTheWords) {
  auto read = chosen(parse({"push", "--tag", "a", "--json", "oci:m", "localhost:5000/m:v1"}));
  EXPECT_THAT(read.tags, ElementsAre("a"));
  EXPECT_EQ(read.source, "oci:m");
  EXPECT_EQ(read.reference, "localhost:5000/m:v1");
  read = chosen(parse({"push", "--json", "--tag", "a", "oci:m", "--tag", "b", "localhost:5000/m"}));
  EXPECT_THAT(read.tags, ElementsAre("a", "b"));
  EXPECT_EQ(read.source, "oci:m");
  EXPECT_EQ(read.reference, "localhost:5000/m");
}

TEST(CommandLine, KnowsThreeAnswersForPlainHttp) {
  EXPECT_EQ(chosen(parse_push({})).plain_http, std::nullopt);
  EXPECT_EQ(chosen(parse_push({"--plain-http"})).plain_http, true);
  EXPECT_EQ(chosen(parse_push({"--plain-http=true"})).plain_http, true);
  EXPECT_EQ(chosen(parse_push({"--plain-http=false"})).plain_http, false);
}

TEST(CommandLine, RefusesWhatItDoesNotKnow) {
  const struct {
    const char* name;
    std::vector<const char*> words;
    const char* says;
  } cases[] = {
    {"nothing", {}, "subcommand"},
    {"another command", {"pull", "a", "b"}, ""},
    {"no words", {"push"}, "required"},
    {"one word", {"push", "oci:m"}, "REFERENCE"},
    {"three words", {"push", "oci:m", "localhost/m", "more"}, "more"},
    {"another flag", {"push", "oci:m", "localhost/m", "--fast"}, "--fast"},
    {"a flag of another command",
     {"plan", "oci:m", "localhost/m", "--admin", "[::1]:0"},
     "--admin"},
    {"no uploads", {"push", "oci:m", "localhost/m", "--uploads", "0"}, "--uploads"},
    {"many uploads", {"push", "oci:m", "localhost/m", "--uploads", "33"}, "--uploads"},
    {"uploads below nothing", {"push", "oci:m", "localhost/m", "--uploads", "-1"}, "--uploads"},
    {"uploads in words", {"push", "oci:m", "localhost/m", "--uploads", "many"}, "--uploads"},
    {"uploads of no number", {"push", "oci:m", "localhost/m", "--uploads"}, "--uploads"},
    {"half an upload", {"push", "oci:m", "localhost/m", "--uploads", "1.5"}, "--uploads"},
    {"no checks", {"push", "oci:m", "localhost/m", "--checks", "0"}, "--checks"},
    {"many checks", {"push", "oci:m", "localhost/m", "--checks", "1025"}, "--checks"},
    {"another check", {"push", "oci:m", "localhost/m", "--check", "often"}, "--check"},
    {"another verification", {"push", "oci:m", "localhost/m", "--verify", "all"}, "--verify"},
    {"another progress", {"push", "oci:m", "localhost/m", "--progress", "dots"}, "--progress"},
    {"another log level", {"push", "oci:m", "localhost/m", "--log-level", "loud"}, "--log-level"},
    {"another log format", {"push", "oci:m", "localhost/m", "--log-format", "xml"}, "--log-format"},
    {"no bandwidth", {"push", "oci:m", "localhost/m", "--bandwidth", "fast"}, "64MiB"},
    {"negative bandwidth", {"push", "oci:m", "localhost/m", "--bandwidth", "-5"}, "--bandwidth"},
    {"no duration", {"push", "oci:m", "localhost/m", "--retry-budget", "10"}, "10m"},
    {"no duration either", {"push", "oci:m", "localhost/m", "--stall-timeout", "soon"}, "10m"},
    {"another shell", {"completion", "tcsh"}, "bash"},
    {"no shell", {"completion"}, "SHELL"},
    {"tags of a plan", {"plan", "oci:m", "localhost/m", "--tag", "a"}, "--tag"},
    {"a user without a password",
     {"push", "oci:m", "localhost/m", "--username", "me"},
     "--password-stdin"},
    {"a password without a user",
     {"push", "oci:m", "localhost/m", "--password-stdin"},
     "--username"},
    {"a key without a certificate",
     {"push", "oci:m", "localhost/m", "--client-key", "k.pem"},
     "--client-cert"},
    {"TLS without TLS",
     {"push", "oci:m", "localhost/m", "--plain-http", "--ca-cert", "ca.pem"},
     "--plain-http"},
    {"TLS without TLS, twice",
     {"push", "oci:m", "localhost/m", "--plain-http", "--insecure-skip-tls-verify"},
     "--plain-http"},
    {"no action", {"certs", "--dir", "d"}, "ACTION"},
    {"another action", {"certs", "revoke", "--dir", "d"}, "issue"},
    {"no directory", {"certs", "init"}, "--dir"},
    {"a directory of no name", {"certs", "init", "--dir"}, "--dir"},
    {"no day", {"certs", "init", "--dir", "d", "--days", "0"}, "--days"},
    {"days below nothing", {"certs", "init", "--dir", "d", "--days", "-1"}, "--days"},
    {"many days", {"certs", "init", "--dir", "d", "--days", "36501"}, "--days"},
    {"more days", {"certs", "init", "--dir", "d", "--days", "99999999999999999999"}, "--days"},
    {"days in words", {"certs", "init", "--dir", "d", "--days", "many"}, "--days"},
    {"two names", {"certs", "issue", "--dir", "d", "a", "b"}, "b"},
    {"another flag", {"certs", "issue", "--dir", "d", "a", "--uploads", "3"}, "--uploads"},
    {"no such file",
     {"push", "oci:m", "localhost/m", "--config", "/no/such/file.toml"},
     "/no/such/file.toml"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto read = parse(c.words);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, errc::usage);
    EXPECT_THAT(read.error().message + ' ' + read.error().hint, HasSubstr(c.says));
  }
}

TEST(CommandLine, ShowsNothingThatATerminalObeys) {
  const std::vector<std::vector<const char*>> cases = {
    {"--\x1b[31mfast"},      {"--uploads", "\x1b[31m"}, {"--check", "\x1b]0;x\x07"},
    {"--bandwidth=\x1b[2J"}, {"more\x1b[2J"},           {"--log-level", "\x9b\x1b[2J"},
    {"--config", "\x1b[2J"},
  };
  for (const auto& flags : cases) {
    auto read = parse_push(flags);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, errc::usage);
    EXPECT_THAT(read.error().message + read.error().hint,
                Not(testing::ContainsRegex("[\x1b\x07]")));
  }
  for (const char* name : {"FLOTILLA_UPLOADS", "FLOTILLA_CHECK", "FLOTILLA_BANDWIDTH"}) {
    const scoped_environment env{{{name, "\x1b[2J"}}};
    auto read = parse_push({});
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message + read.error().hint, Not(HasSubstr("\x1b")));
  }
}

TEST(CommandLine, NamesNoFileThatIsNone) {
  const test::temp_dir dir;
  const auto fifo = dir / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  for (const char* flag :
       {"--ca-cert", "--client-cert", "--client-key", "--registry-config", "--ollama-key"})
    for (const auto& path : {fifo, dir.path().string(), std::string{"/dev/zero"}}) {
      SCOPED_TRACE(flag + (' ' + path));
      auto read = parse_push({"--client-cert", "no-such.pem", flag, path.c_str()});
      // a flag that is there twice is wrong, too
      if (std::string{flag} == "--client-cert")
        read = parse_push({flag, path.c_str()});
      ASSERT_FALSE(read);
      EXPECT_EQ(read.error().code, errc::usage);
      EXPECT_THAT(read.error().message, testing::StartsWith(flag + (": " + path)));
    }
}

TEST(CommandLine, SaysItsNameOnce) {
  EXPECT_THAT(said(parse({"--help"})), HasSubstr("Usage: flotilla ["));
  EXPECT_THAT(said(parse({"push", "--help"})), HasSubstr("Usage: flotilla push ["));
}

TEST(CommandLine, HelpsWithExamplesForEveryCommand) {
  const auto help = said(parse({"--help"}));
  for (const char* word : {"push", "plan", "verify", "certs", "version", "completion", "Exit codes",
                           "FLOTILLA_<FLAG>"})
    EXPECT_THAT(help, HasSubstr(word));
  for (const char* word : {"push", "plan", "verify", "certs", "version", "completion"}) {
    SCOPED_TRACE(word);
    EXPECT_THAT(help, HasSubstr(word));
    for (const char* flag : {"--help", "-h"}) {
      const auto text = said(parse({word, flag}));
      EXPECT_THAT(text, HasSubstr("Examples:"));
      EXPECT_THAT(text, HasSubstr(std::string{"flotilla "} + word));
    }
  }
}

TEST(CommandLine, ReadsTheEnvironment) {
  const scoped_environment env{{{"FLOTILLA_UPLOADS", "4"},
                                {"FLOTILLA_BANDWIDTH", "1MiB"},
                                {"FLOTILLA_JSON", "true"},
                                {"FLOTILLA_PLAIN_HTTP", "true"},
                                {"FLOTILLA_CHECK", "always"},
                                {"FLOTILLA_STALL_TIMEOUT", "7s"},
                                {"FLOTILLA_TAG", "latest"},
                                {"FLOTILLA_ADMIN", "127.0.0.1:0"}}};
  auto read = chosen(parse_push({}));
  EXPECT_EQ(read.uploads, 4u);
  EXPECT_EQ(read.bandwidth, 1'048'576u);
  EXPECT_TRUE(read.json);
  EXPECT_EQ(read.plain_http, true);
  EXPECT_EQ(read.check, protocol::check_mode::always);
  EXPECT_EQ(read.stall_timeout, 7s);
  EXPECT_THAT(read.tags, ElementsAre("latest"));
  EXPECT_EQ(read.admin, "127.0.0.1:0");
}

TEST(CommandLine, RefusesAnEnvironmentThatCannotBe) {
  const struct {
    const char* name;
    const char* value;
  } cases[]
    = {{"FLOTILLA_UPLOADS", "0"},   {"FLOTILLA_UPLOADS", "x"},       {"FLOTILLA_BANDWIDTH", "fast"},
       {"FLOTILLA_CHECK", "often"}, {"FLOTILLA_RETRY_BUDGET", "10"}, {"FLOTILLA_JSON", "perhaps"},
       {"FLOTILLA_USERNAME", "me"}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const scoped_environment env{{{c.name, c.value}}};
    auto read = parse_push({});
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, errc::usage);
  }
}

TEST(CommandLine, LetsTheFlagWinThenTheEnvironmentThenTheFile) {
  const test::temp_dir dir;
  const auto path = dir / "flotilla.toml";
  std::ofstream{path} << "uploads = 3\nchecks = 33\nbandwidth = \"3MB\"\njson = true\n"
                         "plain-http = false\ntag = [\"a\", \"b\"]\n[plan]\nprogress = \"none\"\n";
  const scoped_environment env{{{"FLOTILLA_UPLOADS", "2"}, {"FLOTILLA_CHECKS", "22"}}};
  auto read = chosen(parse_push({"--config", path.c_str(), "--uploads", "1"}));
  EXPECT_EQ(read.uploads, 1u);
  EXPECT_EQ(read.checks, 22u);
  EXPECT_EQ(read.bandwidth, 3'000'000u);
  EXPECT_TRUE(read.json);
  EXPECT_EQ(read.plain_http, false);
  EXPECT_THAT(read.tags, ElementsAre("a", "b"));
  EXPECT_EQ(read.progress, progress_style::automatic) << "that section is for another command";
  const auto plan = chosen(parse({"plan", "oci:m", "localhost/m", "--config", path.c_str()}));
  EXPECT_EQ(plan.progress, progress_style::none);
}

TEST(CommandLine, FindsTheFileThatTheEnvironmentNames) {
  const test::temp_dir dir;
  const auto path = dir / "flotilla.toml";
  std::ofstream{path} << "uploads = 3\n";
  const scoped_environment env{{{"FLOTILLA_CONFIG", path}}};
  EXPECT_EQ(chosen(parse_push({})).uploads, 3u);
}

TEST(AllFlags, AreThoseOfTheContract) {
  std::vector<std::string> of_push;
  for (const auto& flag : all_flags())
    if (flag.command == "push")
      of_push.push_back(flag.name);
  for (const char* name : {"--tag",
                           "--uploads",
                           "--checks",
                           "--check",
                           "--bandwidth",
                           "--retry-budget",
                           "--stall-timeout",
                           "--mount-from",
                           "--dry-run",
                           "--verify",
                           "--ca-cert",
                           "--client-cert",
                           "--client-key",
                           "--insecure-skip-tls-verify",
                           "--plain-http",
                           "--username",
                           "--password-stdin",
                           "--registry-config",
                           "--ollama-key",
                           "--state-dir",
                           "--progress",
                           "--json",
                           "--log-level",
                           "--log-format",
                           "--config",
                           "--manifest",
                           "--admin",
                           "--help"})
    EXPECT_THAT(of_push, testing::Contains(name));
}

TEST(AllFlags, KnowTheirValues) {
  for (const auto& flag : all_flags()) {
    SCOPED_TRACE(flag.name);
    EXPECT_FALSE(flag.help.empty());
    if (flag.name == "--verify") {
      EXPECT_THAT(flag.choices, testing::UnorderedElementsAre("none", "manifest", "blobs"));
    }
    if (flag.name == "--json" || flag.name == "--dry-run") {
      EXPECT_FALSE(flag.takes_value);
    }
    if (flag.name == "--uploads" || flag.name == "--ca-cert") {
      EXPECT_TRUE(flag.takes_value);
    }
  }
}

} // namespace
} // namespace flotilla::app
