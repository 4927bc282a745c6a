#include "tests/support/port.hpp"
#include "tests/system/program.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace flotilla::test {

namespace {

namespace fs = std::filesystem;

class Certs : public ::testing::Test {
protected:
  program flotilla;
  const std::string dir = flotilla / "fleet";

  ended certs(std::vector<std::string> words) const {
    words.insert(words.begin(), "certs");
    return flotilla.run(std::move(words));
  }
  ended init() const {
    return certs({"init", "--dir", dir});
  }
  ended issue(std::vector<std::string> more) const {
    more.insert(more.begin(), {"issue", "--dir", dir});
    return certs(std::move(more));
  }
  std::string file(const std::string& name) const {
    return (fs::path{dir} / name).string();
  }
  outcome openssl(std::vector<std::string> args, std::string input = {}) const {
    args.insert(args.begin(), "openssl");
    auto order = flotilla.order({});
    order.args = std::move(args);
    order.input = std::move(input);
    return test::run(std::move(order));
  }
  static std::string content_of(const std::string& path) {
    std::ifstream from{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{from}, {}};
  }
  std::vector<std::string> in_dir() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator{dir})
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }
  /// No line of the key's file is in what was said.
  void expect_key_unsaid(const ended& run, const std::string& key) const {
    std::istringstream lines{content_of(file(key))};
    for (std::string line; std::getline(lines, line);)
      EXPECT_EQ(run.said().find(line), std::string::npos) << line;
  }
  void expect_misuse(const ended& run, const std::vector<std::string>& names) const {
    EXPECT_EQ(run.status, 2) << run.said();
    EXPECT_EQ(run.out, "");
    for (const auto& name : names)
      EXPECT_TRUE(run.says(name)) << "looked for " << name << " in: " << run.err;
  }
};

using names = std::vector<std::string>;

TEST_F(Certs, AreGoodToOpenssl) {
  const auto made = init();
  ASSERT_EQ(made.status, 0) << made.said();
  EXPECT_NE(made.out.find(file("ca.crt")), std::string::npos) << made.out;
  EXPECT_NE(made.out.find(file("ca.key")), std::string::npos) << made.out;
  expect_key_unsaid(made, "ca.key");
  const auto issued = issue({"head", "--host", "head.example", "--host", "127.0.0.1"});
  ASSERT_EQ(issued.status, 0) << issued.said();
  EXPECT_NE(issued.out.find("--fleet-ca " + file("ca.crt") + " --fleet-cert " + file("head.crt")
                            + " --fleet-key " + file("head.key") + '\n'),
            std::string::npos)
    << issued.out;
  expect_key_unsaid(issued, "head.key");
  const auto looked
    = openssl({"verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname",
               "head.example", "-CAfile", file("ca.crt"), file("head.crt")});
  EXPECT_EQ(looked.out, file("head.crt") + ": OK\n") << looked.err;
}

TEST_F(Certs, LetTheProcessesOfAFleetKnowEachOtherAndNoStranger) {
  const auto other = flotilla / "other";
  for (const auto& words : std::vector<std::vector<std::string>>{{"init", "--dir", dir},
                                                                 {"issue", "--dir", dir, "head"},
                                                                 {"issue", "--dir", dir, "node"},
                                                                 {"init", "--dir", other},
                                                                 {"issue", "--dir", other, "node"}})
    ASSERT_EQ(certs(words).status, 0);
  const auto place = "127.0.0.1:" + std::to_string(free_port());
  auto order = flotilla.order({});
  order.args = {"openssl",
                "s_server",
                "-accept",
                place,
                "-cert",
                file("head.crt"),
                "-key",
                file("head.key"),
                "-CAfile",
                file("ca.crt"),
                "-no-CApath",
                "-no-CAstore",
                "-Verify",
                "1",
                "-verify_return_error",
                "-www"};
  process head{order};
  ASSERT_TRUE(head.wait_for("ACCEPT")) << head.err();
  const auto ask = [&](const std::string& from) {
    return openssl({"s_client", "-connect", place, "-cert", from + "/node.crt", "-key",
                    from + "/node.key", "-CAfile", from + "/ca.crt", "-no-CApath", "-no-CAstore",
                    "-verify_return_error", "-quiet"},
                   "GET / HTTP/1.0\r\n\r\n");
  };
  const auto member = ask(dir);
  EXPECT_NE(member.out.find("Subject: CN=node"), std::string::npos) << member.out << member.err;
  const auto stranger = ask(other);
  EXPECT_EQ(stranger.out, "");
  EXPECT_NE(stranger.status, 0);
}

TEST_F(Certs, AreDescribedAsJson) {
  const auto made = certs({"init", "--dir", dir, "--json", "--days", "100"});
  ASSERT_EQ(made.status, 0) << made.said();
  EXPECT_EQ(made.report.at("certificate"), file("ca.crt"));
  EXPECT_EQ(made.report.at("key"), file("ca.key"));
  const auto issued = issue({"node1", "--json"});
  ASSERT_EQ(issued.status, 0) << issued.said();
  EXPECT_EQ(issued.report.at("name"), "node1");
  EXPECT_EQ(issued.report.at("shortened"), true) << "825 days are more than the authority has";
  EXPECT_EQ(issued.report.at("valid_until"), made.report.at("valid_until"));
  EXPECT_EQ(issued.report.at("flags"), nlohmann::json({{"fleet-ca", file("ca.crt")},
                                                       {"fleet-cert", file("node1.crt")},
                                                       {"fleet-key", file("node1.key")}}));
  const auto again = issue({"node1", "--json"});
  EXPECT_EQ(again.status, 2);
  EXPECT_EQ(again.report.at("error").at("code"), 2);
  EXPECT_TRUE(again.says("--force")) << again.err;
}

TEST_F(Certs, SayTheFlagsAsAShellReadsThem) {
  const auto odd = flotilla / "a fleet's";
  ASSERT_EQ(certs({"init", "--dir", odd}).status, 0);
  const auto issued = certs({"issue", "--dir", odd, "node1"});
  ASSERT_EQ(issued.status, 0) << issued.said();
  const auto line = issued.out.substr(issued.out.find("--fleet-ca"));
  auto order = flotilla.order({});
  order.args = {"sh", "-c", "printf '%s\\n' " + line};
  EXPECT_EQ(test::run(order).out, "--fleet-ca\n" + odd + "/ca.crt\n--fleet-cert\n" + odd
                                    + "/node1.crt\n--fleet-key\n" + odd + "/node1.key\n");
}

TEST_F(Certs, AreRotatedByForceAlone) {
  ASSERT_EQ(init().status, 0);
  ASSERT_EQ(issue({"node1"}).status, 0);
  const auto before = content_of(file("node1.crt"));
  expect_misuse(issue({"node1"}), {file("node1.crt"), "--force"});
  EXPECT_EQ(content_of(file("node1.crt")), before);
  EXPECT_EQ(issue({"node1", "--force"}).status, 0);
  EXPECT_NE(content_of(file("node1.crt")), before);
  expect_misuse(init(), {file("ca.crt"), "certs issue", "another directory"});
}

TEST_F(Certs, AreNotMadeFromWordsThatAreMissingOrTooMany) {
  expect_misuse(certs({}), {"ACTION"});
  expect_misuse(certs({"init"}), {"--dir"});
  expect_misuse(certs({"revoke", "--dir", dir}), {"revoke"});
  expect_misuse(certs({"issue", "--dir", dir}), {"NAME"});
  expect_misuse(certs({"init", "--dir", dir, "node1"}), {"NAME", "certs issue"});
  expect_misuse(certs({"init", "--dir", dir, "--host", "a"}), {"--host", "certs issue"});
  expect_misuse(certs({"init", "--dir", dir, "--out", dir}), {"--out", "certs issue"});
  expect_misuse(certs({"init", "--dir", dir, "--force"}), {"--force", "certs issue"});
  expect_misuse(certs({"init", "--dir", dir, "--days", "0"}), {"--days"});
  expect_misuse(certs({"init", "--dir", dir, "--days", "36501"}), {"--days"});
  EXPECT_FALSE(fs::exists(dir));
}

TEST_F(Certs, AreNotMadeForNamesThatAreNone) {
  ASSERT_EQ(init().status, 0);
  for (const auto* name : {"", "..", "../node1", "a/b", ".x", "a b", "ca", "n\x1b[2J"})
    expect_misuse(issue({name}), {"NAME"});
  expect_misuse(issue({"--", "-x"}), {"NAME"});
  expect_misuse(issue({std::string(65, 'a')}), {"NAME", "64"});
  expect_misuse(issue({"node1", "--host", "a:7400"}), {"--host", "a:7400"});
  EXPECT_EQ(in_dir(), (names{"ca.crt", "ca.key"}));
}

TEST_F(Certs, LeaveNoHalfOnAFullDisk) {
  const auto on_full_disk = [this](const std::string& words) {
    auto order = flotilla.order({});
    order.args
      = {"sh", "-c", "trap '' XFSZ; ulimit -f 0; exec " + built("flotilla") + " certs " + words};
    return program::finish(test::run(order));
  };
  expect_misuse(on_full_disk("init --dir " + dir), {file("ca.key"), "File too large"});
  EXPECT_EQ(in_dir(), names{});
  ASSERT_EQ(init().status, 0);
  ASSERT_EQ(issue({"node1"}).status, 0);
  const auto key = content_of(file("node1.key"));
  expect_misuse(on_full_disk("issue --force node1 --dir " + dir), {file("node1.key")});
  EXPECT_EQ(content_of(file("node1.key")), key);
  EXPECT_EQ(in_dir(), (names{"ca.crt", "ca.key", "node1.crt", "node1.key"}));
}

TEST_F(Certs, AreMadeOnceByManyAtOnce) {
  std::deque<process> all;
  for (int i = 0; i < 8; ++i)
    all.emplace_back(flotilla.order({"certs", "init", "--dir", dir}));
  int good = 0;
  for (auto& one : all)
    good += one.wait().status == 0 ? 1 : 0;
  EXPECT_EQ(good, 1);
  EXPECT_EQ(in_dir(), (names{"ca.crt", "ca.key"}));
  EXPECT_EQ(issue({"node1"}).status, 0) << "the pair belongs together";
}

} // namespace

} // namespace flotilla::test
