#include "protocol/stream_governor.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

namespace flotilla::protocol {
namespace {

constexpr double one_stream = 10e6; // bytes per second

/// Goodput by the number of streams.
using registry = std::function<double(double streams)>;

/// What opening a session takes, in seconds, where no more than `capacity` are served at once.
double queues_above(double capacity, double streams) {
  return 0.2 * std::max(1.0, streams / capacity);
}

double scales(double streams) {
  return streams * one_stream;
}
double saturates_at_ten(double streams) {
  return std::min(streams, 10.0) * one_stream;
}
/// Best with six; each one more takes its part away from all.
double peaks_at_six(double streams) {
  return streams <= 6 ? streams * one_stream : 6 * one_stream * 6 / streams;
}

class StreamGovernor : public testing::Test {
protected:
  /// Epochs with that registry. @returns the mean goodput
  double run(const registry& there, int epochs, double noise = 0, double throttles_above = 1e9) {
    std::uniform_real_distribution<double> factor{1 - noise, 1 + noise};
    double sum = 0;
    for (int i = 0; i < epochs; ++i) {
      const auto streams = governor.streams();
      EXPECT_GE(streams, least);
      EXPECT_LE(streams, most);
      const auto rate = there(streams) * factor(random);
      const bool throttled = streams > throttles_above;
      sum += throttled ? 0 : rate;
      const auto before = streams;
      governor.note({rate, streams, throttled});
      EXPECT_LE(governor.streams(), std::max(before + most / 16 + 1, before * 2))
        << "one step an epoch";
    }
    return sum / epochs;
  }

  static constexpr std::uint32_t least = 1, most = 32;
  stream_governor governor{least, most};
  std::minstd_rand random{7};
};

TEST_F(StreamGovernor, BeginsWithAllThatIsAllowed) {
  EXPECT_EQ(governor.streams(), most);
  EXPECT_FALSE(governor.is_holding_back());
}

TEST_F(StreamGovernor, LeavesAllToARegistryThatScales) {
  const auto mean = run(scales, 600);
  EXPECT_GE(mean, 0.97 * scales(most)) << "trials cost little";
  EXPECT_GE(governor.streams(), most / 2) << "a trial may be on";
}

TEST_F(StreamGovernor, FindsWhereARegistryIsBest) {
  run(peaks_at_six, 100);
  const auto mean = run(peaks_at_six, 300);
  EXPECT_GE(mean, 0.7 * peaks_at_six(6)) << "with 32 it is a fifth";
  EXPECT_TRUE(governor.is_holding_back());
}

TEST_F(StreamGovernor, NeverStarvesARegistryThatSaturates) {
  run(saturates_at_ten, 100);
  EXPECT_GE(run(saturates_at_ten, 500), 0.95 * saturates_at_ten(32));
}

TEST_F(StreamGovernor, IsNotLedAstrayByNoise) {
  EXPECT_GE(run(scales, 1000, 0.2), 0.93 * scales(most));
  stream_governor fresh{least, most};
  governor = fresh;
  EXPECT_GE(run(saturates_at_ten, 1000, 0.2), 0.93 * saturates_at_ten(32));
  governor = fresh;
  run(peaks_at_six, 200, 0.2);
  EXPECT_GE(run(peaks_at_six, 500, 0.2), 0.6 * peaks_at_six(6));
}

TEST_F(StreamGovernor, StaysBelowWhereARegistryThrottles) {
  run(scales, 30, 0, 12);
  int throttled = 0;
  double sum = 0;
  for (int i = 0; i < 300; ++i) {
    const auto streams = governor.streams();
    throttled += streams > 12 ? 1 : 0;
    sum += streams;
    governor.note({scales(streams), streams, streams > 12});
  }
  EXPECT_LE(throttled, 300 / 20) << "one epoch in twenty at most";
  EXPECT_GE(sum / 300, 9) << "and near to it";
}

TEST_F(StreamGovernor, TakesLessAtOnceAndMoreStepByStep) {
  governor.note({1e8, most, true});
  EXPECT_EQ(governor.streams(), 22u) << "seven tenths of 32, rounded down";
  governor.note({1e8, 22, false});
  EXPECT_EQ(governor.streams(), 23u);
  governor.note({1e8, 23, true});
  EXPECT_EQ(governor.streams(), 16u) << "of 23";
  for (int i = 0; i < 40; ++i)
    governor.note({1e8, governor.streams(), false});
  EXPECT_EQ(governor.streams(), 22u) << "not where it throttled last";
}

TEST_F(StreamGovernor, NeverGoesBelowTheLeast) {
  for (int i = 0; i < 100; ++i)
    governor.note({0, 1, true});
  EXPECT_EQ(governor.streams(), least);
}

TEST_F(StreamGovernor, LearnsNothingFromStreamsThatHadNothingToSend) {
  for (int i = 0; i < 100; ++i)
    governor.note({1e6 * (i % 7), 3, false});
  EXPECT_EQ(governor.streams(), most);
}

TEST_F(StreamGovernor, SendsNoMoreAtOnceThanARegistryServesWithoutQueueing) {
  double streams = 0, rate = 0;
  for (int i = 0; i < 600; ++i) {
    const double now = governor.streams();
    governor.note({saturates_at_ten(now), governor.streams(), false, queues_above(10, now)});
    streams += i < 100 ? 0 : now;
    rate += saturates_at_ten(now);
  }
  EXPECT_LE(streams / 500, 20) << "32 would only wait longer for it";
  EXPECT_GE(rate / 600, 0.95 * saturates_at_ten(most)) << "and no less arrives";
}

TEST_F(StreamGovernor, LeavesAllToARegistryThatScalesHoweverSlowlyItAnswers) {
  double rate = 0;
  for (int i = 0; i < 600; ++i) {
    const double now = governor.streams();
    governor.note({scales(now), governor.streams(), false, 5});
    rate += scales(now);
  }
  EXPECT_GE(rate / 600, 0.97 * scales(most));
}

TEST_F(StreamGovernor, TriesFewerSoonOnceARegistryAnswersMuchSlower) {
  int epochs = 0;
  const auto run_until_fewer = [&](double answer_seconds) {
    for (epochs = 0; governor.streams() == most && epochs < 1000; ++epochs)
      governor.note({scales(most), most, false, answer_seconds});
  };
  const auto let_a_trial_fail = [&] {
    while (governor.streams() != most)
      governor.note({scales(governor.streams()), governor.streams(), false, 0.1});
  };
  for (int i = 0; i < 3; ++i) { // each one that changes nothing doubles the rest
    run_until_fewer(0.1);
    let_a_trial_fail();
  }
  auto twin = governor;
  run_until_fewer(0.1);
  const auto at_ease = epochs;
  governor = twin;
  run_until_fewer(2);
  EXPECT_LE(epochs, at_ease / 3);
}

TEST_F(StreamGovernor, TakesNoAnswersForNoFastOnes) {
  double streams = 0;
  for (int i = 0; i < 300; ++i) {
    const double now = governor.streams();
    governor.note({saturates_at_ten(now), governor.streams(), false, now < most ? 0.0 : 1.0});
    streams += now;
  }
  EXPECT_GE(streams / 300, 28) << "trials apart";
}

TEST_F(StreamGovernor, TakesForGrantedASlownessThatFewerDoNotMend) {
  run(peaks_at_six, 200);
  double rate = 0;
  for (int i = 0; i < 700; ++i) {
    const double now = governor.streams();
    governor.note({scales(now), governor.streams(), false, i < 5 ? 0.05 : 2});
    rate += i < 600 ? 0 : scales(now);
  }
  EXPECT_GE(rate / 100, 0.8 * scales(most));
}

TEST_F(StreamGovernor, TakesNoNoticeOfAnswersThatNobodyWaitsFor) {
  for (int i = 0; i < 600; ++i) {
    const double now = governor.streams();
    const double quick = queues_above(10, now) / 100;
    governor.note({saturates_at_ten(now), governor.streams(), false, quick});
  }
  EXPECT_GE(governor.streams(), most / 2);
}

TEST_F(StreamGovernor, FollowsARegistryThatChanges) {
  run(peaks_at_six, 200);
  run(scales, 600);
  EXPECT_GE(run(scales, 100), 0.8 * scales(most));
}

TEST_F(StreamGovernor, GrowsAtOnceWithTheFleet) {
  governor.allow(3, 96);
  EXPECT_EQ(governor.streams(), 96u);
  governor.note({1e8, 96, true});
  EXPECT_EQ(governor.streams(), 67u);
  governor.allow(2, 64);
  EXPECT_EQ(governor.streams(), 64u);
  governor.allow(1, 8);
  EXPECT_EQ(governor.streams(), 8u);
}

} // namespace
} // namespace flotilla::protocol
