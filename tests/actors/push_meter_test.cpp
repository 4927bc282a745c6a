#include "actors/push_meter.hpp"

#include <gtest/gtest.h>

namespace flotilla::actors {
namespace {

using namespace std::chrono_literals;

class PushMeter : public ::testing::Test {
protected:
  push_meter::moment start{};
  push_meter meter{start};

  push_status status_at(push_meter::moment now) {
    push_status status;
    meter.write(now, status);
    return status;
  }
};

TEST_F(PushMeter, QuietWithoutTroubleIsNotSpentHoweverLong) {
  EXPECT_FALSE(meter.is_spent(start + 10h, 1s));
}

TEST_F(PushMeter, TroubleIsCountedFromTheLastProgress) {
  meter.progress(start + 10s);
  meter.setback(start + 15s, {"503", "busy", 1s});
  EXPECT_FALSE(meter.is_spent(start + 69s, 60s));
  EXPECT_TRUE(meter.is_spent(start + 70s, 60s));
  meter.progress(start + 71s);
  EXPECT_FALSE(meter.is_spent(start + 200s, 60s));
}

TEST_F(PushMeter, TroubleLastsWhileAnythingWaitsForItsNextTry) {
  meter.setback(start, {"503", "busy", 100s});
  meter.progress(start + 1s); // of another blob
  EXPECT_TRUE(status_at(start + 50s).in_trouble);
  EXPECT_FALSE(meter.is_spent(start + 60s, 60s));
  EXPECT_TRUE(meter.is_spent(start + 61s, 60s));
  EXPECT_FALSE(status_at(start + 100s).in_trouble);
}

TEST_F(PushMeter, CountsHowLongUploadsTookAndNothingElse) {
  using protocol::confirmation;
  for (const auto how : {confirmation::present, confirmation::mounted, confirmation::uploaded,
                         confirmation::resumed})
    meter.confirmed(how, 2);
  EXPECT_EQ(status_at(start).uploads.seconds(), 4) << "of what was sent, at least in part";
}

TEST_F(PushMeter, OverlappingWaitsCountOnce) {
  meter.setback(start, {"429", "", 10s});
  meter.setback(start + 2s, {"429", "", 10s});
  EXPECT_DOUBLE_EQ(status_at(start + 20s).throttled_seconds, 12);
}

TEST_F(PushMeter, OnlyTheTimeThatHasPassedIsThrottled) {
  meter.setback(start, {"429", "", 100s});
  EXPECT_DOUBLE_EQ(status_at(start + 4s).throttled_seconds, 4);
}

TEST_F(PushMeter, ABrokenConnectionIsNoThrottling) {
  meter.setback(start, {"network", "", 10s});
  EXPECT_DOUBLE_EQ(status_at(start + 20s).throttled_seconds, 0);
  EXPECT_EQ(status_at(start + 20s).retries.at(0).count, 1u);
}

node_share share(double disk, double wire, double registry, double seconds) {
  node_share node;
  node.disk_seconds = disk;
  node.wire_seconds = wire;
  node.registry_seconds = registry;
  node.seconds = seconds;
  return node;
}

TEST(Bottleneck, IsWhatWasWaitedForMost) {
  EXPECT_EQ(bottleneck_of({share(8, 90, 10, 10)}), "disk");
  EXPECT_EQ(bottleneck_of({share(1, 90, 10, 10)}), "network");
  EXPECT_EQ(bottleneck_of({share(1, 10, 90, 10)}), "registry");
  EXPECT_EQ(bottleneck_of({share(0, 0, 0, 0)}), "");
}

} // namespace
} // namespace flotilla::actors
