#include "protocol/duration_counts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>

namespace flotilla::protocol {
namespace {

using testing::ElementsAre;

TEST(DurationCounts, PutsEachIntoItsClass) {
  duration_counts seen;
  for (const double seconds : {0.0, .01, .02, 1.0, 1.5, 1'000.0, 1'001.0})
    seen.note(seconds);
  EXPECT_THAT(seen.in_class(), ElementsAre(2, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1));
  EXPECT_DOUBLE_EQ(seen.seconds(), 2'003.53);
}

TEST(DurationCounts, LeavesOutWhatIsNoDuration) {
  duration_counts seen;
  for (const double seconds : {-0.5, std::numeric_limits<double>::quiet_NaN(),
                               std::numeric_limits<double>::infinity(), 1e300})
    seen.note(seconds);
  const auto& counts = seen.in_class();
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), 0u);
  EXPECT_EQ(seen.seconds(), 0);
}

} // namespace
} // namespace flotilla::protocol
