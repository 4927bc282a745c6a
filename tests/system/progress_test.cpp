#include "tests/support/scripted_registry.hpp"
#include "tests/system/program.hpp"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

namespace flotilla::test {

namespace {

/// A push that takes long enough for several looks at it.
class Progress : public ::testing::Test {
protected:
  program flotilla;
  small_model model{flotilla, layers_of(4, 512 << 10)};
  scripted_registry there;
  std::string to = there.address() + "/m:v1";

  command slow_push(const std::string& style) const {
    return flotilla.order({"push", model.source, to, "--bandwidth", "700kB", "--progress", style});
  }
};

TEST_F(Progress, AsJsonIsALineAnEventAndNeverGoesBack) {
  there.on("POST", "/uploads/", registry_error(503, "UNAVAILABLE", "busy"), 1);
  const auto pushed = run(slow_push("json"));
  ASSERT_EQ(pushed.status, 0) << pushed.err;
  std::istringstream lines{pushed.err};
  std::set<std::string> phases;
  std::uint64_t done = 0;
  double seconds = 0;
  int events = 0;
  bool setback = false;
  for (std::string line; std::getline(lines, line); ++events) {
    const auto event = nlohmann::json::parse(line, nullptr, false);
    ASSERT_TRUE(event.is_object()) << line;
    EXPECT_GE(event.at("seconds").get<double>(), seconds);
    seconds = event.at("seconds");
    if (event.at("event") == "setback") {
      setback = true;
      EXPECT_EQ(event.at("reason"), "503");
      EXPECT_NE(event.at("detail").get<std::string>().find("busy"), std::string::npos);
      continue;
    }
    ASSERT_EQ(event.at("event"), "progress");
    phases.insert(event.at("phase").get<std::string>());
    const auto now_done = event.at("bytes").at("done").get<std::uint64_t>();
    EXPECT_EQ(event.at("bytes").at("total"), model.bytes());
    EXPECT_GE(now_done, done);
    EXPECT_LE(now_done, model.bytes());
    done = now_done;
  }
  EXPECT_GE(events, 3);
  EXPECT_GT(done, 0U);
  EXPECT_TRUE(setback);
  EXPECT_EQ(phases.count("sending"), 1U);
}

TEST_F(Progress, IsPlainLinesWhereThereIsNoTerminal) {
  there.on("POST", "/uploads/", registry_error(503, "UNAVAILABLE", "busy"), 1);
  const auto pushed = run(slow_push("auto"));
  ASSERT_EQ(pushed.status, 0) << pushed.err;
  EXPECT_NE(pushed.err.find("sending: "), std::string::npos) << pushed.err;
  EXPECT_NE(pushed.err.find("of 5 blobs"), std::string::npos) << pushed.err;
  EXPECT_NE(pushed.err.find("503"), std::string::npos) << "why it waits: " << pushed.err;
  EXPECT_EQ(pushed.err.find_first_of("\x1b\r"), std::string::npos) << pushed.err;
}

TEST_F(Progress, IsSilentWhenTold) {
  const auto pushed = run(slow_push("none"));
  ASSERT_EQ(pushed.status, 0);
  EXPECT_EQ(pushed.err, "");
}

TEST_F(Progress, IsABarOnATerminal) {
  there.on("POST", "/uploads/", registry_error(503, "UNAVAILABLE", "busy"), 1);
  auto order = slow_push("auto");
  order.terminal = true;
  const auto pushed = run(order);
  ASSERT_EQ(pushed.status, 0) << pushed.err;
  EXPECT_NE(pushed.err.find("[#"), std::string::npos) << pushed.err;
  EXPECT_NE(pushed.err.find("\x1b["), std::string::npos) << "drawn in place";
  EXPECT_NE(pushed.err.find("on the wire"), std::string::npos) << pushed.err;
  EXPECT_NE(pushed.err.find("/s"), std::string::npos) << pushed.err;
  EXPECT_NE(pushed.err.find("left"), std::string::npos) << pushed.err;
  EXPECT_NE(pushed.out.find("pushed "), std::string::npos);
}

TEST_F(Progress, DoesNotDisturbTheReport) {
  auto order = slow_push("json");
  order.args.push_back("--json");
  const auto pushed = program::finish(run(order));
  ASSERT_EQ(pushed.status, 0) << pushed.err;
  EXPECT_EQ(pushed.blobs("uploaded"), 5) << pushed.out;
}

TEST_F(Progress, KeepsToTheBandwidth) {
  const auto pushed = run(slow_push("none"));
  ASSERT_EQ(pushed.status, 0);
  // 2 MiB at 700 kB/s take 3 s, less what may leave at once.
  EXPECT_GE(pushed.wall, std::chrono::milliseconds{2500});
}

} // namespace

} // namespace flotilla::test
