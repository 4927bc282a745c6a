#include "tests/support/registry.hpp"
#include "tests/system/own_network.hpp"
#include "tests/system/program.hpp"
#include "tests/system/served.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace flotilla::test {

namespace {

/// A host name that only a file of the test's own can know: no name server is in reach.
class NameLookup : public ::testing::Test {
protected:
  own_network network; // before all that shall live in it
  program flotilla;
  registry there;
  const small_model model{flotilla};
  const std::string hosts = flotilla / "hosts";
  const std::string to = "registry.flotilla.test:" + std::to_string(there.port()) + "/m:v1";

  void SetUp() override {
    write_file(hosts, "127.0.0.1 localhost\n");
  }
  command push(std::vector<std::string> more) const {
    std::vector<std::string> args{"push", model.source, to, "--plain-http"};
    args.insert(args.end(), more.begin(), more.end());
    auto order = flotilla.order(std::move(args));
    order.args.insert(
      order.args.begin(),
      {"unshare", "-m", "sh", "-c", "mount --bind " + hosts + " /etc/hosts && exec \"$@\"", "sh"});
    return order;
  }
};

TEST_F(NameLookup, ThatNeverSucceedsEndsWithinTheBudgetAndNamesTheHost) {
  const auto pushed
    = program::finish(run(push({"--retry-budget", "2s", "--json", "--progress", "none"})));
  EXPECT_EQ(pushed.status, 6) << pushed.said();
  EXPECT_TRUE(pushed.says("cannot find the address of registry.flotilla.test")) << pushed.err;
  EXPECT_EQ(pushed.report.at("error").at("code"), 6);
}

TEST_F(NameLookup, ThatSucceedsLaterGoesOn) {
  process waiting{push({"--progress", "plain"})};
  EXPECT_TRUE(waiting.wait_for("cannot find the address of registry.flotilla.test"))
    << waiting.err();
  std::ofstream{hosts, std::ios::app} << "127.0.0.1 registry.flotilla.test\n";
  const auto end = waiting.wait();
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_EQ(manifest_at(there.address(), "m", "v1").bytes, model.manifest.bytes);
}

} // namespace

} // namespace flotilla::test
