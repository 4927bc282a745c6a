#include "tests/support/scripted_registry.hpp"
#include "tests/system/program.hpp"

#include <gtest/gtest.h>

namespace flotilla::test {

namespace {

class Plan : public ::testing::Test {
protected:
  program flotilla;
  small_model model{flotilla, layers_of(4, 3000)};
  scripted_registry there;
  std::string to = there.address() + "/m:v1";

  /// The registry has the first layer, and its neighbour `other` the second.
  void fill() {
    there.content().add_blob("m", model.layers[0].bytes);
    there.content().add_blob("other", model.layers[1].bytes);
  }
  void expect_nothing_sent() const {
    for (const auto& request : there.log())
      EXPECT_TRUE(request.method == "GET" || request.method == "HEAD") << request.method;
    EXPECT_GT(there.log().size(), 0U);
  }
};

TEST_F(Plan, TellsWhatIsPresentMountableAndToSend) {
  fill();
  const auto planned = flotilla.plan(model.source, to, {"--mount-from", "other"});
  ASSERT_EQ(planned.status, 0) << planned.said();
  EXPECT_EQ(planned.blobs("total"), 5);
  EXPECT_EQ(planned.blobs("present"), 1);
  EXPECT_EQ(planned.bytes("total"), model.bytes());
  ASSERT_EQ(planned.report.at("absent").size(), 4U);
  int mountable = 0;
  for (const auto& absent : planned.report.at("absent"))
    mountable += absent.at("mountable").get<bool>() ? 1 : 0;
  EXPECT_EQ(mountable, 1);
  expect_nothing_sent();
}

TEST_F(Plan, ShowsATable) {
  fill();
  const auto planned
    = flotilla.run({"plan", model.source, to, "--mount-from", "other", "--progress", "none"});
  ASSERT_EQ(planned.status, 0) << planned.said();
  std::istringstream lines{planned.out};
  std::map<std::string, std::string> rows;
  for (std::string name, count; lines >> name;) {
    if (name == "present" || name == "mountable" || name == "total" || name == "send") {
      lines >> count;
      rows.emplace(name, count);
    }
  }
  EXPECT_EQ(rows["present"], "1") << planned.out;
  EXPECT_EQ(rows["mountable"], "1") << planned.out;
  EXPECT_EQ(rows["send"], "3") << planned.out; // of `to send`
  EXPECT_EQ(rows["total"], "5") << planned.out;
  EXPECT_NE(planned.out.find(model.manifest.id().to_string()), std::string::npos);
  expect_nothing_sent();
}

TEST_F(Plan, SaysSoWhenAllIsThere) {
  ASSERT_EQ(flotilla.push(model.source, to).status, 0);
  const auto requests = there.log().size();
  const auto planned = flotilla.plan(model.source, to);
  ASSERT_EQ(planned.status, 0) << planned.said();
  EXPECT_EQ(planned.blobs("present"), 5);
  EXPECT_EQ(planned.report.at("manifest_present"), true);
  EXPECT_EQ(planned.report.count("absent"), 0U);
  const auto log = there.log();
  for (auto i = requests; i < log.size(); ++i)
    EXPECT_TRUE(log[i].method == "GET" || log[i].method == "HEAD") << log[i].method;
}

TEST_F(Plan, IsWhatADryRunDoes) {
  const auto planned = flotilla.push(model.source, to, {"--dry-run"});
  ASSERT_EQ(planned.status, 0) << planned.said();
  EXPECT_EQ(planned.report.at("absent").size(), 5U);
  EXPECT_EQ(planned.bytes("sent"), 0U);
  expect_nothing_sent();
}

TEST_F(Plan, EstimatesFromTheRateOfAnEarlierPush) {
  const small_model large{flotilla, layers_of(2, 6 << 20), "large"};
  ASSERT_EQ(flotilla.push(large.source, there.address() + "/large:v1").status, 0);
  const auto planned = flotilla.run({"plan", model.source, to, "--progress", "none"});
  ASSERT_EQ(planned.status, 0) << planned.said();
  EXPECT_NE(planned.out.find("/s of the last push"), std::string::npos) << planned.out;
}

} // namespace

} // namespace flotilla::test
