#include "app/switches.hpp"

#include "tests/app/parsed.hpp"
#include "tests/app/scoped_environment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace flotilla::app {
namespace {

using protocol::errc;
using test::scoped_environment;
using testing::HasSubstr;
using testing::Not;

TEST(Switches, TakeTrueAndFalse) {
  EXPECT_TRUE(chosen(parse_push({"--json=true"})).json);
  EXPECT_FALSE(chosen(parse_push({"--json=false"})).json);
  EXPECT_FALSE(chosen(parse_push({"--json", "--json=false"})).json) << "the last one counts";
  EXPECT_TRUE(chosen(parse_push({"--insecure-skip-tls-verify=false"})).tls.verify);
  EXPECT_FALSE(chosen(parse_push({"--insecure-skip-tls-verify=true"})).tls.verify);
  EXPECT_TRUE(chosen(parse({"status", "--coordinator", "[::1]:1", "--watch=true"})).fleet.watch);
  EXPECT_TRUE(chosen(parse({"certs", "init", "--dir", "d", "--force=true"})).certs.force);
}

/// A switch, and a command that has it.
const struct {
  const char *command, *flag, *variable;
} switches[] = {
  {"push", "--json", "FLOTILLA_JSON"},
  {"push", "--dry-run", "FLOTILLA_DRY_RUN"},
  {"push", "--detach", "FLOTILLA_DETACH"},
  {"push", "--password-stdin", "FLOTILLA_PASSWORD_STDIN"},
  {"push", "--plain-http", "FLOTILLA_PLAIN_HTTP"},
  {"push", "--insecure-skip-tls-verify", "FLOTILLA_INSECURE_SKIP_TLS_VERIFY"},
  {"worker", "--insecure-skip-tls-verify", "FLOTILLA_INSECURE_SKIP_TLS_VERIFY"},
  {"status", "--json", "FLOTILLA_JSON"},
  {"status", "--watch", "FLOTILLA_WATCH"},
  {"certs", "--force", "FLOTILLA_FORCE"},
  {"version", "--json", "FLOTILLA_JSON"},
};
const char* const no_truths[]
  = {"5",    "1.5",   "[1]",   "on", "y",  "-5",     "99999999999999999999",
     "inf",  "x",     "yes",   "2",  "+",  "-",      "1979-05-27",
     "TRUE", " true", "true ", "{}", "[]", "\x1b[2J"};

/// What is in the way, and nothing but the switch.
std::vector<const char*> words_for(const std::string& name) {
  if (name == "push")
    return {"push", "oci:m", "localhost:5000/m:v1"};
  if (name == "worker")
    return {"worker", "--coordinator", "[::1]:1", "--root", "r"};
  if (name == "status")
    return {"status", "--coordinator", "[::1]:1"};
  if (name == "certs")
    return {"certs", "init", "--dir", "d"};
  return {"version"};
}

void expect_no_truth(const protocol::result<std::variant<options, answer>>& read,
                     const char* name) {
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, errc::usage);
  EXPECT_THAT(read.error().message, testing::StartsWith(std::string{name} + ": `"));
  EXPECT_THAT(read.error().message, HasSubstr("neither true nor false"));
  EXPECT_THAT(read.error().message, Not(HasSubstr("\x1b")));
}

TEST(Switches, TakeNoOtherWord) {
  for (const auto& each : switches)
    for (std::string value : no_truths) {
      const auto word = std::string{each.flag} + '=' + value;
      SCOPED_TRACE(word);
      auto words = words_for(each.command);
      words.push_back(word.c_str());
      expect_no_truth(parse(words), each.flag);
    }
  for (const char* word : {"--json=", "--json=1", "--json=0"})
    expect_no_truth(parse_push({word}), "--json");
  EXPECT_THAT(parse_push({"--json=5"}).error().message, HasSubstr("`5`"));
}

TEST(Switches, TakeNoOtherVariable) {
  for (const auto& each : switches)
    for (const char* value : no_truths) {
      SCOPED_TRACE(std::string{each.variable} + '=' + value);
      const scoped_environment env{{{each.variable, value}}};
      expect_no_truth(parse(words_for(each.command)), each.variable);
    }
}

TEST(Switches, TakeDigitsOfTheEnvironment) {
  const scoped_environment env{
    {{"FLOTILLA_JSON", "1"}, {"FLOTILLA_INSECURE_SKIP_TLS_VERIFY", "0"}}};
  EXPECT_TRUE(chosen(parse_push({})).json);
  EXPECT_TRUE(chosen(parse_push({})).tls.verify);
  EXPECT_FALSE(chosen(parse_push({"--json=false"})).json) << "the flag wins";
  ASSERT_EQ(::setenv("FLOTILLA_JSON", "", 1), 0);
  EXPECT_FALSE(chosen(parse_push({})).json) << "an empty variable is none";
}

TEST(Switches, AreTurnedOffByTheEnvironment) {
  const scoped_environment env{
    {{"FLOTILLA_INSECURE_SKIP_TLS_VERIFY", "false"}, {"FLOTILLA_JSON", "false"}}};
  auto read = chosen(parse_push({}));
  EXPECT_TRUE(read.tls.verify);
  EXPECT_FALSE(read.json);
}

} // namespace
} // namespace flotilla::app
