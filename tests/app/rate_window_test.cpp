#include "app/rate_window.hpp"

#include <gtest/gtest.h>

namespace flotilla::app {
namespace {

TEST(RateWindow, KnowsNoRateBeforeTwoMoments) {
  rate_window window;
  EXPECT_EQ(window.rate(), 0);
  window.add(1, 1000);
  EXPECT_EQ(window.rate(), 0);
}

TEST(RateWindow, IsBytesPerSecondBetweenTheMomentsItKeeps) {
  rate_window window;
  window.add(0, 0);
  window.add(2, 1000);
  EXPECT_DOUBLE_EQ(window.rate(), 500);
  window.add(4, 1000);
  EXPECT_DOUBLE_EQ(window.rate(), 250);
}

TEST(RateWindow, ForgetsWhatIsOlderThanItsSpan) {
  rate_window window;
  for (int second = 0; second <= 10; ++second)
    window.add(second, static_cast<std::uint64_t>(second) * 1'000'000); // fast
  for (int second = 11; second <= 20; ++second)
    window.add(second, 10'000'000); // stopped
  EXPECT_EQ(window.rate(), 0);
}

TEST(RateWindow, KeepsTwoMomentsHoweverFarApart) {
  rate_window window;
  window.add(0, 0);
  window.add(100, 5000);
  EXPECT_DOUBLE_EQ(window.rate(), 50);
}

TEST(RateWindow, TakesTwoLooksAtOneMomentForNoRate) {
  rate_window window;
  window.add(3, 0);
  window.add(3, 5000);
  EXPECT_EQ(window.rate(), 0);
}

} // namespace
} // namespace flotilla::app
