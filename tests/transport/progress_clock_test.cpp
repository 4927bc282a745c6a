#include "transport/progress_clock.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace flotilla::transport {
namespace {

using namespace std::chrono_literals;
using verdict = progress_clock::verdict;
using traffic = progress_clock::traffic;

constexpr patience usual{30s, 900s};
const time_point start{};

TEST(ProgressClock, LeavesConnectingToCurl) {
  progress_clock watch{usual, true};
  EXPECT_EQ(watch.check(start + 24h, {}, false), verdict::fine);
}

TEST(ProgressClock, ABodyThatStandsStillIsGivenUp) {
  progress_clock watch{usual, true};
  watch.begin(start);
  EXPECT_EQ(watch.check(start + 1s, {100, 100, 0}, false), verdict::fine);
  EXPECT_EQ(watch.check(start + 30s, {100, 100, 0}, false), verdict::fine);
  EXPECT_EQ(watch.check(start + 31s, {100, 100, 0}, false), verdict::stalled);
}

TEST(ProgressClock, ABodyMayTakeAsLongAsItMoves) {
  progress_clock watch{usual, true};
  watch.begin(start);
  auto now = start;
  for (std::uint64_t i = 1; i < 1000; ++i) {
    now += 29s;
    ASSERT_EQ(watch.check(now, {i, 100, 0}, false), verdict::fine);
  }
}

TEST(ProgressClock, BytesThatDrainFromTheSystemCount) {
  progress_clock watch{usual, true};
  watch.begin(start);
  watch.check(start, {4'000'000, 4'000'000, 0}, false);
  EXPECT_EQ(watch.check(start + 29s, {4'000'000, 3'000'000, 0}, false), verdict::fine);
  EXPECT_EQ(watch.check(start + 58s, {4'000'000, 2'000'000, 0}, false), verdict::fine);
  EXPECT_EQ(watch.check(start + 88s, {4'000'000, 2'000'000, 0}, false), verdict::stalled);
}

TEST(ProgressClock, WaitingForBandwidthIsNoStall) {
  progress_clock watch{usual, true};
  watch.begin(start);
  EXPECT_EQ(watch.check(start + 10min, {}, true), verdict::fine);
  EXPECT_EQ(watch.check(start + 10min + 29s, {}, false), verdict::fine);
  EXPECT_EQ(watch.check(start + 10min + 30s, {}, false), verdict::stalled);
}

TEST(ProgressClock, TheAnswerToABodyMayTakeLong) {
  progress_clock watch{usual, true};
  watch.begin(start);
  watch.body_read(start + 1s);
  EXPECT_EQ(watch.check(start + 2s, {100, 0, 0}, false), verdict::fine);
  EXPECT_EQ(watch.check(start + 901s, {100, 0, 0}, false), verdict::fine);
  EXPECT_EQ(watch.check(start + 902s, {100, 0, 0}, false), verdict::unanswered);
}

TEST(ProgressClock, ABodyThatIsReadButNotDeliveredStalls) {
  progress_clock watch{usual, true};
  watch.begin(start);
  watch.body_read(start);
  watch.check(start, {100, 100, 0}, false);
  EXPECT_EQ(watch.check(start + 30s, {100, 100, 0}, false), verdict::stalled);
}

TEST(ProgressClock, WithoutABodyTheAnswerIsDueSooner) {
  progress_clock watch{usual, false};
  watch.begin(start);
  EXPECT_EQ(watch.check(start + 59s, {}, false), verdict::fine);
  EXPECT_EQ(watch.check(start + 60s, {}, false), verdict::unanswered);
}

TEST(ProgressClock, WithoutABodyTheAnswerLimitHoldsIfItIsShorter) {
  progress_clock watch{{30s, 10s}, false};
  watch.begin(start);
  EXPECT_EQ(watch.check(start + 10s, {}, false), verdict::unanswered);
}

/// Sends an interim answer of 25 bytes each second until the exchange is given up.
std::pair<verdict, std::chrono::seconds> trickle(progress_clock& watch, traffic seen) {
  for (auto time = 1s; time < 1h; ++time) {
    seen.received += 25;
    if (const auto how = watch.check(start + time, seen, false); how != verdict::fine)
      return {how, time};
  }
  return {verdict::fine, 1h};
}

TEST(ProgressClock, InterimAnswersDoNotRenewTheWaitWithoutABody) {
  progress_clock watch{usual, false};
  watch.begin(start);
  EXPECT_EQ(trickle(watch, {}), std::pair(verdict::unanswered, 60s));
}

TEST(ProgressClock, InterimAnswersDoNotRenewTheWaitAfterABody) {
  progress_clock watch{usual, true};
  watch.begin(start);
  watch.body_read(start);
  watch.check(start, {100, 0, 0}, false);
  EXPECT_EQ(trickle(watch, {100, 0, 0}), std::pair(verdict::unanswered, 900s));
}

TEST(ProgressClock, InterimAnswersDoNotKeepABodyThatStandsStill) {
  progress_clock watch{usual, true};
  watch.begin(start);
  watch.check(start, {100, 50, 0}, false);
  EXPECT_EQ(trickle(watch, {100, 50, 0}), std::pair(verdict::stalled, 30s));
}

TEST(ProgressClock, InterimAnswersDoNotKeepABodyThatIsReadButNotDelivered) {
  progress_clock watch{usual, true};
  watch.begin(start);
  watch.body_read(start);
  watch.check(start, {100, 50, 0}, false);
  EXPECT_EQ(trickle(watch, {100, 50, 0}), std::pair(verdict::stalled, 30s));
}

TEST(ProgressClock, BytesThatOnlyWaitInTheSystemDoNotCount) {
  progress_clock watch{usual, false};
  watch.begin(start);
  EXPECT_EQ(watch.check(start + 29s, {0, 200, 0}, false), verdict::fine);
  EXPECT_EQ(watch.check(start + 30s, {0, 200, 0}, false), verdict::stalled);
}

TEST(ProgressClock, AnAnswerThatStopsHalfwayIsAStall) {
  progress_clock watch{usual, false};
  watch.begin(start);
  watch.answer_begun(start + 1s);
  watch.check(start + 2s, {0, 0, 100}, false);
  EXPECT_EQ(watch.check(start + 31s, {0, 0, 100}, false), verdict::fine);
  EXPECT_EQ(watch.check(start + 32s, {0, 0, 100}, false), verdict::stalled);
}

TEST(ProgressClock, AnAnswerThatDripsForEverIsCut) {
  progress_clock watch{usual, true};
  watch.begin(start);
  watch.answer_begun(start);
  auto now = start;
  auto last = verdict::fine;
  for (std::uint64_t i = 1; i < 1000 && last == verdict::fine; ++i) {
    now += 10s;
    last = watch.check(now, {0, 0, i}, false);
  }
  EXPECT_EQ(last, verdict::endless);
  EXPECT_EQ(now, start + 900s);
}

TEST(ProgressClock, SendingAgainStartsAnew) {
  progress_clock watch{usual, true};
  watch.begin(start);
  watch.check(start, {100, 0, 0}, false);
  watch.answer_begun(start + 1s);
  watch.begin(start + 1000s);
  EXPECT_EQ(watch.check(start + 1029s, {0, 0, 0}, false), verdict::fine);
  EXPECT_EQ(watch.check(start + 1030s, {0, 0, 0}, false), verdict::stalled);
}

} // namespace
} // namespace flotilla::transport
