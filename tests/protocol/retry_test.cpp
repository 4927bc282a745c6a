#include "protocol/retry.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace flotilla::protocol {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr double almost_one = 0.999999999;

TEST(RetryDelay, IsSpreadFromNothingToABoundThatDoubles) {
  const retry_policy policy{250ms, 30s, 120s};
  EXPECT_EQ(retry_delay(policy, 1, std::nullopt, 0.0), 0ms);
  EXPECT_EQ(retry_delay(policy, 1, std::nullopt, 0.5), 125ms);
  EXPECT_EQ(retry_delay(policy, 2, std::nullopt, 0.5), 250ms);
  EXPECT_EQ(retry_delay(policy, 5, std::nullopt, 0.5), 2000ms);
  EXPECT_EQ(retry_delay(policy, 7, std::nullopt, 0.5), 8000ms);
  EXPECT_EQ(retry_delay(policy, 8, std::nullopt, 0.5), 15'000ms);
}

TEST(RetryDelay, NeverPassesTheLongestWait) {
  const retry_policy policy{250ms, 30s, 120s};
  for (unsigned attempt : {8u, 9u, 64u, 1000u, std::numeric_limits<unsigned>::max()}) {
    SCOPED_TRACE(attempt);
    const auto delay = retry_delay(policy, attempt, std::nullopt, almost_one);
    EXPECT_LE(delay, 30s);
    EXPECT_GE(delay, 29s);
  }
}

TEST(RetryDelay, OfOddPoliciesIsStillBounded) {
  EXPECT_LE(retry_delay({10s, 1s, 120s}, 1, std::nullopt, almost_one), 1s);
  EXPECT_EQ(retry_delay({0ms, 30s, 120s}, 4'000'000'000u, std::nullopt, almost_one), 0ms);
  EXPECT_EQ(retry_delay({250ms, 30s, 120s}, 0, std::nullopt, 0.5), 125ms);
}

TEST(RetryDelay, KeepsWhatTheRegistryAskedAndUpToATenthMore) {
  const retry_policy policy{250ms, 30s, 120s};
  EXPECT_EQ(retry_delay(policy, 1, 10s, 0.0), 10s);
  EXPECT_EQ(retry_delay(policy, 1, 10s, 0.5), 10'500ms);
  EXPECT_EQ(retry_delay(policy, 9, 100s, 0.0), 100s);
  EXPECT_EQ(retry_delay(policy, 1, 120s, 0.0), 120s);
}

TEST(RetryDelay, CutsWhatTheRegistryAskedToTheLongest) {
  const retry_policy policy{250ms, 30s, 120s};
  EXPECT_EQ(retry_delay(policy, 1, 121s, 0.0), 120s);
  EXPECT_EQ(retry_delay(policy, 1, seconds::max(), 0.5), 126s);
  EXPECT_EQ(retry_delay({250ms, 30s, 1500ms}, 1, 2s, 0.0), 1500ms);
}

TEST(RetryDelay, TakesItsOwnWhenNothingOfUseWasAsked) {
  const retry_policy policy{250ms, 30s, 120s};
  EXPECT_EQ(retry_delay(policy, 2, 0s, 0.5), 250ms);
  EXPECT_EQ(retry_delay(policy, 2, seconds::min(), 0.5), 250ms);
}

constexpr std::int64_t example = 784'111'777; // Sun, 06 Nov 1994 08:49:37 GMT, by date(1)

TEST(RetryAfter, IsSecondsOrADate) {
  const struct {
    const char* field;
    std::int64_t now;
    std::int64_t wait;
  } cases[] = {
    {"0", 0, 0},
    {"120", 0, 120},
    {" 120\t", 0, 120},
    {"007", 0, 7},
    {"2147483648", 0, 2'147'483'647},
    {"99999999999999999999999", 0, 2'147'483'647},
    {"Sun, 06 Nov 1994 08:49:37 GMT", example - 30, 30},
    {"Sunday, 06-Nov-94 08:49:37 GMT", example - 30, 30},
    {"Sun Nov  6 08:49:37 1994", example - 30, 30},
    {"Sun, 06 Nov 1994 08:49:37 GMT", example, 0},
    {"\tSun, 06 Nov 1994 08:49:37 GMT ", example - 1, 1},
    {"Fri, 31 Dec 9999 23:59:59 GMT", 0, 253'402'300'799},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.field);
    auto wait = parse_retry_after(c.field, c.now);
    ASSERT_TRUE(wait);
    EXPECT_EQ(wait->count(), c.wait);
  }
}

TEST(RetryAfter, OfThePastOrGarbageIsNothing) {
  for (const char* field :
       {"", " ", "-1", "+5", "1.5", "5s", "0x10", "soon", "1 2", "1,2", "\xFF\x01",
        "Sun, 06 Nov 1994 08:49:36 GMT", "Sunday, 06-Nov-94 08:49:36 GMT",
        "Sun Nov  6 08:49:36 1994", "Sun, 06 Nov 2094 08:49:37", "2094-11-06T08:49:37Z"}) {
    SCOPED_TRACE(field);
    EXPECT_FALSE(parse_retry_after(field, example));
  }
}

TEST(RetryAfter, IsReadWhateverTheClockSays) {
  const auto earliest = std::numeric_limits<std::int64_t>::min();
  const auto latest = std::numeric_limits<std::int64_t>::max();
  for (auto now : {earliest, std::int64_t{-1}, latest})
    EXPECT_EQ(parse_retry_after("7", now), seconds{7});
  for (const char* field : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"}) {
    EXPECT_EQ(parse_retry_after(field, earliest), seconds{example});
    EXPECT_FALSE(parse_retry_after(field, latest));
  }
  EXPECT_FALSE(parse_retry_after("Wed, 31 Dec 1969 23:59:59 GMT", earliest));
}

TEST(Classify, GivesEachStatusItsReaction) {
  const struct {
    status_class kind;
    std::initializer_list<int> statuses;
  } cases[] = {
    {status_class::success, {200, 201, 202, 204, 206, 299}},
    {status_class::redirect, {301, 302, 303, 307, 308}},
    {status_class::unauthorized, {401}},
    {status_class::forbidden, {403}},
    {status_class::absent, {404, 410}},
    {status_class::retry, {408, 425, 429, 499, 500, 502, 503, 504, 507, 520, 522, 524, 599}},
    {status_class::refused,
     {400, 402, 405, 406, 407, 409, 411, 412, 413, 415, 416, 417, 418, 422, 451,
      498, 501, 505, 300, 304, 305, 306, 100, 101, 199, 600, 999, 0,   -1}},
  };
  for (const auto& c : cases)
    for (int status : c.statuses)
      EXPECT_EQ(classify(status), c.kind) << status;
}

} // namespace
} // namespace flotilla::protocol
