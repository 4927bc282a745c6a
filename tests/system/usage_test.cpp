#include "tests/support/scripted_registry.hpp"
#include "tests/system/program.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <sys/stat.h>

namespace flotilla::test {

namespace {

class Usage : public ::testing::Test {
protected:
  program flotilla;
  small_model model{flotilla};
  scripted_registry there;
  std::string to = there.address() + "/m:v1";

  ended push(std::vector<std::string> more) const {
    return flotilla.push(model.source, to, std::move(more));
  }
  ended with_config(const std::string& toml, std::vector<std::string> more = {}) const {
    write_file(flotilla / "flotilla.toml", toml);
    more.insert(more.end(), {"--config", flotilla / "flotilla.toml"});
    return push(std::move(more));
  }
  void expect_misuse(const ended& run, const std::vector<std::string>& names) const {
    EXPECT_EQ(run.status, 2) << run.said();
    for (const auto& name : names)
      EXPECT_TRUE(run.says(name)) << "looked for " << name << " in: " << run.err;
    EXPECT_TRUE(there.log().empty());
  }
};

TEST_F(Usage, ValuesThatNoFlagTakes) {
  const std::vector<std::vector<std::string>> cases = {{"--uploads", "0"},
                                                       {"--uploads", "33"},
                                                       {"--uploads", "-1"},
                                                       {"--uploads", "many"},
                                                       {"--uploads", "8.5"},
                                                       {"--checks", "0"},
                                                       {"--retry-budget", "10"},
                                                       {"--retry-budget", "10x"},
                                                       {"--retry-budget", "-1s"},
                                                       {"--retry-budget", ""},
                                                       {"--retry-budget", "10000h"},
                                                       {"--stall-timeout", "soon"},
                                                       {"--bandwidth", "fast"},
                                                       {"--bandwidth", "-1"},
                                                       {"--bandwidth", "1XB"},
                                                       {"--verify", "perhaps"},
                                                       {"--check", "sometimes"},
                                                       {"--progress", "fancy"},
                                                       {"--log-level", "loud"},
                                                       {"--log-format", "xml"},
                                                       {"--tag", "-bad"},
                                                       {"--tag", ""},
                                                       {"--no-such-flag"},
                                                       {"--uploads"}};
  for (const auto& flags : cases) {
    SCOPED_TRACE(flags[0] + ' ' + (flags.size() > 1 ? flags[1] : ""));
    expect_misuse(push(flags), {flags[0]});
  }
}

TEST_F(Usage, ReferencesThatAreNone) {
  const char* cases[] = {
    "",
    "model",
    "model:v1",
    "namespace/model:v1", // no host
    "127.0.0.1:5000",
    "127.0.0.1:5000/",
    "127.0.0.1:5000//m",
    "127.0.0.1:5000/m/",
    "127.0.0.1:0/m",
    "127.0.0.1:65536/m",
    "127.0.0.1:http/m",
    "127.0.0.1:5000/Model",
    "127.0.0.1:5000/m_",
    "127.0.0.1:5000/-m",
    "127.0.0.1:5000/a..b",
    "127.0.0.1:5000/a___b",
    "127.0.0.1:5000/../etc",
    "127.0.0.1:5000/m:",
    "127.0.0.1:5000/m:.v1",
    "127.0.0.1:5000/m:-v1",
    "127.0.0.1:5000/m:v 1",
    "127.0.0.1:5000/m:v1:v2",
    "127.0.0.1:5000/m@sha256:abc",
    "127.0.0.1:5000/m@sha512:abc",
    "127.0.0.1:5000/m@",
    "http://127.0.0.1:5000/m:v1",
    "https://registry.example/m:v1",
    "user:secret@registry.example/m:v1",
    "127.0.0.1:5000/m?x=1",
    "127.0.0.1:5000/m#x",
    "127.0.0.1:5000/m\x01",
  };
  for (const auto* bad : cases) {
    SCOPED_TRACE(bad);
    const auto run = flotilla.push(model.source, bad);
    expect_misuse(run, {"reference"});
    EXPECT_EQ(run.report.at("error").at("code"), 2);
    EXPECT_EQ(run.said().find("secret"), std::string::npos);
  }
  const auto long_tag = flotilla.push(model.source, "127.0.0.1:1/m:" + std::string(129, 'a'));
  expect_misuse(long_tag, {"128"});
}

TEST_F(Usage, WordsThatAreMissingOrTooMany) {
  expect_misuse(flotilla.run({}), {"--help"});
  expect_misuse(flotilla.run({"push"}), {"SOURCE", "--help"});
  expect_misuse(flotilla.run({"push", model.source}), {"REFERENCE"});
  expect_misuse(flotilla.run({"push", model.source, to, "more"}), {"more"});
  expect_misuse(flotilla.run({"pull", to}), {"pull"});
  expect_misuse(flotilla.run({"completion"}), {"SHELL"});
  expect_misuse(flotilla.run({"completion", "tcsh"}), {"tcsh"});
  expect_misuse(flotilla.run({"verify", model.source, to, "--tag", "x"}), {"--tag"});
}

// ---- the configuration file
// -------------------------------------------------------------------

TEST_F(Usage, AFileWithAnUnknownKeyIsRefused) {
  expect_misuse(with_config("uplods = 4\n"), {"flotilla.toml", "uplods"});
  expect_misuse(with_config("[push]\nuplods = 4\n"), {"uplods"});
  expect_misuse(with_config("config = \"other.toml\"\n"), {"config"});
}

TEST_F(Usage, AFileWithABadValueIsRefused) {
  expect_misuse(with_config("uploads = 33\n"), {"flotilla.toml", "uploads"});
  expect_misuse(with_config("retry-budget = \"soon\"\n"), {"retry-budget"});
  expect_misuse(with_config("verify = \"perhaps\"\n"), {"verify"});
}

TEST_F(Usage, ASwitchTakesTrueOrFalse) {
  for (const std::string key : {"json", "dry-run", "password-stdin", "insecure-skip-tls-verify"})
    for (const std::string value : {"[]", "5", "1979-05-27", "99999999999999999999", "\"on\""}) {
      SCOPED_TRACE(key + " = " + value);
      expect_misuse(with_config(key + " = " + value + '\n'), {"flotilla.toml", key});
      expect_misuse(with_config("[push]\n" + key + " = " + value + '\n'), {key});
    }
  expect_misuse(push({"--insecure-skip-tls-verify=5"}), {"--insecure-skip-tls-verify", "`5`"});
  flotilla.env = {{"FLOTILLA_INSECURE_SKIP_TLS_VERIFY", "x"}};
  expect_misuse(push({}), {"FLOTILLA_INSECURE_SKIP_TLS_VERIFY", "`x`"});
}

TEST_F(Usage, AFileThatIsNoTomlIsRefused) {
  expect_misuse(with_config("\n["), {"flotilla.toml", "line 2", "TOML"});
  expect_misuse(with_config("[[push]]\n"), {"line 1"});
  expect_misuse(with_config("json = true\njson = true\n"), {"line 2", "json"});
  expect_misuse(with_config("tag = [\n"), {"line 1"});
}

TEST_F(Usage, WhatIsNoFileIsNotOpened) {
  const auto fifo = flotilla / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  for (const std::string flag : {"--config", "--registry-config", "--ca-cert", "--client-cert"})
    expect_misuse(push({flag, fifo}), {flag, fifo});
}

TEST_F(Usage, WordsThatATerminalObeysAreNotShown) {
  for (const auto& flags : std::vector<std::vector<std::string>>{
         {"--\x1b[31mfast"}, {"--uploads", "\x1b[31m"}, {"--json=\x1b[31m"}}) {
    const auto run = push(flags);
    expect_misuse(run, {});
    EXPECT_EQ(run.said().find('\x1b'), std::string::npos);
  }
}

TEST_F(Usage, AFileThatIsNotThereIsNamed) {
  expect_misuse(push({"--config", flotilla / "none.toml"}), {"none.toml"});
}

TEST_F(Usage, FlagGoesBeforeEnvironmentAndEnvironmentBeforeFile) {
  // `verify` shows in the requests: manifests are read back, or not.
  const auto read_back = [this] { return there.count("GET", "/manifests/"); };
  ASSERT_EQ(with_config("verify = \"none\"\n").status, 0);
  EXPECT_EQ(read_back(), 0U) << "the file goes before the default";
  flotilla.env = {{"FLOTILLA_VERIFY", "manifest"}};
  ASSERT_EQ(with_config("verify = \"none\"\n").status, 0);
  const auto by_environment = read_back();
  EXPECT_GT(by_environment, 0U) << "the environment goes before the file";
  ASSERT_EQ(with_config("verify = \"blobs\"\n", {"--verify", "none"}).status, 0);
  EXPECT_EQ(read_back(), by_environment) << "the flag goes before both";
}

TEST_F(Usage, AFileGivesTagsAndSwitches) {
  const auto pushed = with_config("tag = [\"a\", \"b\"]\n[push]\nuploads = 2\n");
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(pushed.report.at("tags"), nlohmann::json({"v1", "a", "b"}));
}

TEST_F(Usage, AVariableWithABadValueIsRefused) {
  flotilla.env = {{"FLOTILLA_UPLOADS", "33"}};
  expect_misuse(push({}), {"33"});
}

// ---- where things are written
// ------------------------------------------------------------------

TEST_F(Usage, AStateDirectoryThatIsAFileIsRefused) {
  write_file(flotilla / "file", "x");
  expect_misuse(push({"--state-dir", flotilla / "file"}), {flotilla / "file", "--state-dir"});
  expect_misuse(push({"--state-dir", flotilla / "file" + "/below"}), {"file/below"});
  expect_misuse(push({"--state-dir", "/proc/nowhere"}), {"/proc/nowhere"});
}

TEST_F(Usage, TheDefaultStateDirectoryMayBeUnusable) {
  write_file(flotilla / "state", "a file where the directory should be");
  const auto pushed = push({});
  EXPECT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_TRUE(pushed.says("state")) << pushed.err;
}

TEST_F(Usage, AReportThatCannotBeWrittenIsAFailure) {
  const auto line
    = built("flotilla") + " push " + model.source + " " + to + " --json --progress none >/dev/full";
  auto order = flotilla.order({});
  order.args = {"sh", "-c", line};
  const auto pushed = run(order);
  EXPECT_EQ(pushed.status, 1);
  EXPECT_NE(pushed.err.find("standard output"), std::string::npos) << pushed.err;
  EXPECT_NE(pushed.err.find("No space left"), std::string::npos) << pushed.err;
}

TEST_F(Usage, HelpThatCannotBeWrittenIsAFailure) {
  auto order = flotilla.order({});
  for (const auto* what : {"--help", "version", "completion bash"}) {
    order.args = {"sh", "-c", built("flotilla") + ' ' + what + " >/dev/full"};
    EXPECT_EQ(run(order).status, 1) << what;
  }
}

TEST_F(Usage, AFullDiskUnderTheStateDirectoryStopsNoPush) {
  // Every file of the program ends at 0 bytes, as on a full disk: what is
  // learned is lost.
  const small_model large{flotilla, layers_of(2, 5 << 20), "large"};
  auto order = flotilla.order({});
  order.args = {"sh", "-c",
                "trap '' XFSZ; ulimit -f 0; exec " + built("flotilla") + " push " + large.source
                  + " " + to + " --json --progress none --log-level warning"};
  const auto pushed = program::finish(run(order));
  EXPECT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_TRUE(pushed.says("state")) << pushed.err;
  EXPECT_EQ(pushed.blobs("uploaded"), 3);
}

// ---- what is shown
// -----------------------------------------------------------------------------

TEST_F(Usage, HelpHasExamplesForEveryCommand) {
  for (const auto* name : {"push", "plan", "verify", "version", "completion"}) {
    const auto help = flotilla.run({name, "--help"});
    EXPECT_EQ(help.status, 0) << name;
    EXPECT_NE(help.out.find("Examples:\n  flotilla " + std::string{name}), std::string::npos)
      << help.out;
  }
  const auto all = flotilla.run({"--help"});
  EXPECT_EQ(all.status, 0);
  for (const auto* name : {"push", "plan", "verify", "version", "completion", "Exit codes"})
    EXPECT_NE(all.out.find(name), std::string::npos) << name;
}

TEST_F(Usage, VersionNamesItself) {
  const auto text = flotilla.run({"version"});
  EXPECT_EQ(text.status, 0);
  EXPECT_EQ(text.out.rfind("flotilla ", 0), 0U) << text.out;
  const auto json = flotilla.run({"version", "--json"});
  EXPECT_EQ(json.status, 0);
  EXPECT_TRUE(json.report.is_object()) << json.out;
}

TEST_F(Usage, LogsAsJsonWhenTold) {
  write_file(flotilla / "state", "a file where the directory should be");
  const auto pushed = push({"--log-format", "json"});
  ASSERT_EQ(pushed.status, 0);
  std::istringstream lines{pushed.err};
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count)
    EXPECT_TRUE(nlohmann::json::accept(line)) << line;
  EXPECT_GT(count, 0);
}

class Completion : public Usage, public ::testing::WithParamInterface<const char*> {};

TEST_P(Completion, IsAScriptThatTheShellTakes) {
  const std::string shell = GetParam();
  const auto script = flotilla.run({"completion", shell});
  ASSERT_EQ(script.status, 0);
  for (const auto* word : {"push", "verify", "uploads", "retry-budget"})
    EXPECT_NE(script.out.find(word), std::string::npos) << word;
  auto order = flotilla.order({});
  order.args = {"sh", "-c", "command -v " + shell};
  if (run(order).status != 0)
    return; // not every machine has every shell
  write_file(flotilla / "script", script.out);
  order.args = {shell, "-n", flotilla / "script"};
  const auto parsed = run(order);
  EXPECT_EQ(parsed.status, 0) << parsed.err;
}

INSTANTIATE_TEST_SUITE_P(EveryShell, Completion, ::testing::Values("bash", "zsh", "fish"));

TEST_F(Usage, BashCompletesCommandsAndFlags) {
  write_file(flotilla / "script", flotilla.run({"completion", "bash"}).out);
  auto order = flotilla.order({});
  order.args = {"bash", "-c",
                ". ./script; COMP_WORDS=(flotilla push --upl); COMP_CWORD=2; _flotilla; "
                "echo \"${COMPREPLY[*]}\"; COMP_WORDS=(flotilla ver); COMP_CWORD=1; "
                "_flotilla; "
                "echo \"${COMPREPLY[*]}\"; COMP_WORDS=(flotilla push --verify ''); "
                "COMP_CWORD=3; "
                "_flotilla; echo \"${COMPREPLY[*]}\""};
  const auto completed = run(order);
  EXPECT_EQ(completed.out, "--uploads\nverify version\nblobs manifest none\n") << completed.err;
}

} // namespace

} // namespace flotilla::test
