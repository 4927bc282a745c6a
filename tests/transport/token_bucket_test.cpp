#include "transport/token_bucket.hpp"

#include <gtest/gtest.h>

namespace flotilla::transport {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t mib = 1 << 20;
const time_point start{};

TEST(TokenBucket, StartsEmpty) {
  token_bucket bucket{mib, start};
  EXPECT_FALSE(bucket.take(1, start));
}

TEST(TokenBucket, EarnsAtItsRate) {
  token_bucket bucket{mib, start};
  EXPECT_FALSE(bucket.take(mib / 20 + 1, start + 50ms));
  EXPECT_TRUE(bucket.take(mib / 20, start + 50ms));
  EXPECT_FALSE(bucket.take(1, start + 50ms));
}

TEST(TokenBucket, SavesNoMoreThanItsBurst) {
  const struct {
    const char* name;
    std::uint64_t rate;
    std::uint64_t burst;
  } cases[] = {
    {"a tenth of a second", 10 * mib, mib},
    {"and 16 KiB at least", 1000, 16 << 10},
    {"just at the least", 163'840, 16'384},
  };
  for (const auto& x : cases) {
    SCOPED_TRACE(x.name);
    token_bucket bucket{x.rate, start};
    EXPECT_EQ(bucket.burst(), x.burst);
    EXPECT_FALSE(bucket.take(x.burst + 1, start + 1h));
    EXPECT_TRUE(bucket.take(x.burst, start + 1h));
    EXPECT_FALSE(bucket.take(1, start + 1h));
  }
}

TEST(TokenBucket, IsTrueWhenItSaysItWillBe) {
  for (const std::uint64_t rate : {1ULL, 3ULL, 1000ULL, 999'983ULL, 123'456'789ULL}) {
    token_bucket bucket{rate, start};
    auto now = start;
    for (int i = 0; i < 100; ++i) {
      now = bucket.ready_at(4096, now);
      ASSERT_TRUE(bucket.take(4096, now)) << "rate " << rate << ", turn " << i;
    }
    const std::chrono::duration<double> passed = now - start;
    EXPECT_NEAR(passed.count() * static_cast<double>(rate), 100 * 4096, 4096 * 0.01 + 1);
  }
}

TEST(TokenBucket, LetsAllThroughWithoutALimit) {
  token_bucket bucket{0, start};
  EXPECT_FALSE(bucket.limited());
  EXPECT_TRUE(bucket.take(1ULL << 60, start));
  EXPECT_EQ(bucket.ready_at(1ULL << 60, start), start);
}

TEST(TokenBucket, ANewRateHoldsAtOnce) {
  token_bucket bucket{mib, start};
  bucket.set_rate(10 * mib, start + 50ms);
  EXPECT_TRUE(bucket.take(mib / 20, start + 50ms)) << "earned at the old rate";
  EXPECT_TRUE(bucket.take(mib / 2, start + 100ms)) << "earned at the new one";
  bucket.set_rate(0, start + 100ms);
  EXPECT_TRUE(bucket.take(100 * mib, start + 100ms));
}

TEST(TokenBucket, ALimitAfterNoneBeginsEmpty) {
  token_bucket bucket{0, start};
  bucket.set_rate(mib, start + 1h);
  EXPECT_FALSE(bucket.take(1, start + 1h));
}

TEST(TokenBucket, ALowerRateCutsWhatWasSaved) {
  token_bucket bucket{10 * mib, start};
  bucket.set_rate(mib, start + 1h);
  EXPECT_FALSE(bucket.take(mib / 10 + 1, start + 1h));
  EXPECT_TRUE(bucket.take(mib / 10, start + 1h));
}

TEST(TokenBucket, TakesBackWhatWasNotUsed) {
  token_bucket bucket{mib, start};
  ASSERT_TRUE(bucket.take(50'000, start + 1s));
  bucket.give_back(20'000);
  EXPECT_TRUE(bucket.take(mib / 10 - 30'000, start + 1s));
  bucket.give_back(100 * mib);
  EXPECT_FALSE(bucket.take(mib, start + 1s)) << "more than the burst is never saved";
}

TEST(TokenBucket, TimeThatStepsBackEarnsNothing) {
  token_bucket bucket{mib, start + 1s};
  EXPECT_FALSE(bucket.take(1, start));
  EXPECT_FALSE(bucket.take(1, start + 1s));
}

} // namespace
} // namespace flotilla::transport
