#include "protocol/check_policy.hpp"

#include <gtest/gtest.h>

namespace flotilla::protocol {
namespace {

using advice = check_policy::advice;

constexpr std::uint64_t small = check_policy::large - 1;

/// Asks for `present + absent` blobs of that size and gets these answers.
void learn(check_policy& policy, std::uint32_t present, std::uint32_t absent,
           std::uint64_t size = small) {
  for (std::uint32_t i = 0; i < present + absent; ++i) {
    policy.asked(size);
    policy.learned(size, i < present);
  }
}

TEST(CheckPolicy, IsOneAnswerWhenTheUserHasChosen) {
  for (auto size : {std::uint64_t{0}, small, check_policy::large, UINT64_MAX}) {
    check_policy always{check_mode::always};
    check_policy never{check_mode::never};
    learn(always, 0, 1000);
    learn(never, 1000, 0);
    EXPECT_EQ(always.next(size), advice::check);
    EXPECT_EQ(never.next(size), advice::send);
  }
}

TEST(CheckPolicy, AsksForLargeBlobsWhereWhatMayBeSavedIsWorthIt) {
  constexpr std::uint64_t mib = 1 << 20;
  const struct {
    const char* name;
    std::uint32_t present, absent;
    std::uint64_t size;
    advice then;
  } cases[] = {
    {"a sample of none, 1 in 34 supposed: 8.5 MiB are worth it", 0, 32, 8 * mib + mib / 2,
     advice::check},
    {"a little less", 0, 32, 8 * mib + mib / 2 - 1, advice::send},
    {"any tensor", 0, 32, 1000 * mib, advice::check},
    {"none of a thousand", 0, 1022, 256 * mib - 1, advice::send},
    {"and a tensor all the same", 0, 1022, 256 * mib, advice::check},
    {"a quarter", 8, 24, mib + mib / 2, advice::check},
    {"half", 16, 16, mib, advice::check},
    {"all", 32, 0, mib, advice::check},
    {"of any size", 0, 1022, UINT64_MAX, advice::check},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    check_policy policy{check_mode::automatic};
    learn(policy, c.present, c.absent, 32 * mib);
    EXPECT_EQ(policy.next(c.size), c.then);
  }
}

TEST(CheckPolicy, AsksForASampleOfEachAndThenWaitsForItsAnswers) {
  for (const auto size : {small, check_policy::large}) {
    const auto other = size == small ? check_policy::large : small;
    check_policy policy{check_mode::automatic};
    for (std::uint32_t i = 0; i < check_policy::sample; ++i) {
      EXPECT_EQ(policy.next(size), advice::check);
      policy.asked(size);
    }
    EXPECT_EQ(policy.next(size), advice::hold);
    EXPECT_EQ(policy.next(other), advice::check);
    for (std::uint32_t i = 1; i < check_policy::sample; ++i)
      policy.learned(size, false);
    EXPECT_EQ(policy.next(size), advice::hold);
    policy.learned(size, false);
    EXPECT_EQ(policy.next(size), advice::send);
  }
}

TEST(CheckPolicy, GoesOnAskingWhileMostAreThere) {
  const struct {
    const char* name;
    std::uint32_t present, absent;
    advice then;
  } cases[] = {
    {"none is there", 0, 32, advice::send}, {"one in four", 8, 24, advice::send},
    {"half", 16, 16, advice::send},         {"a little less than two thirds", 21, 11, advice::send},
    {"two thirds", 22, 11, advice::check},  {"all", 32, 0, advice::check},
    {"all but one", 31, 1, advice::check},  {"a sample too small to judge", 0, 31, advice::check},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    check_policy policy{check_mode::automatic};
    learn(policy, c.present, c.absent);
    EXPECT_EQ(policy.next(small), c.then);
  }
}

TEST(CheckPolicy, ChangesItsMindAsItLearns) {
  check_policy policy{check_mode::automatic};
  learn(policy, 32, 0);
  EXPECT_EQ(policy.next(small), advice::check);
  learn(policy, 0, 100);
  EXPECT_EQ(policy.next(small), advice::send);
}

TEST(CheckPolicy, LearnsNothingOfSmallBlobsFromLargeOnesNorTheOtherWayRound) {
  for (const auto size : {small, check_policy::large}) {
    check_policy policy{check_mode::automatic};
    learn(policy, 0, 1000, size == small ? check_policy::large : small);
    EXPECT_EQ(policy.next(size), advice::check);
  }
}

} // namespace
} // namespace flotilla::protocol
