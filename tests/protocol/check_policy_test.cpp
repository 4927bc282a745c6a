#include "protocol/check_policy.hpp"

#include <gtest/gtest.h>

namespace flotilla::protocol {
namespace {

using advice = check_policy::advice;

constexpr std::uint64_t small = check_policy::large - 1;

/// Asks for `present + absent` small blobs and gets these answers.
void learn(check_policy& policy, std::uint32_t present, std::uint32_t absent) {
  for (std::uint32_t i = 0; i < present + absent; ++i) {
    policy.asked(small);
    policy.learned(small, i < present);
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

TEST(CheckPolicy, AlwaysAsksForLargeBlobs) {
  check_policy policy{check_mode::automatic};
  learn(policy, 0, 1000);
  EXPECT_EQ(policy.next(check_policy::large), advice::check);
  EXPECT_EQ(policy.next(UINT64_MAX), advice::check);
}

TEST(CheckPolicy, AsksForASampleOfSmallBlobsAndThenWaitsForItsAnswers) {
  check_policy policy{check_mode::automatic};
  for (std::uint32_t i = 0; i < check_policy::sample; ++i) {
    EXPECT_EQ(policy.next(small), advice::check);
    policy.asked(small);
  }
  EXPECT_EQ(policy.next(small), advice::hold);
  EXPECT_EQ(policy.next(check_policy::large), advice::check);
  for (std::uint32_t i = 1; i < check_policy::sample; ++i)
    policy.learned(small, false);
  EXPECT_EQ(policy.next(small), advice::hold);
  policy.learned(small, false);
  EXPECT_EQ(policy.next(small), advice::send);
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

TEST(CheckPolicy, LearnsNothingOfSmallBlobsFromLargeOnes) {
  check_policy policy{check_mode::automatic};
  for (int i = 0; i < 1000; ++i) {
    policy.asked(check_policy::large);
    policy.learned(check_policy::large, false);
  }
  EXPECT_EQ(policy.next(small), advice::check);
}

} // namespace
} // namespace flotilla::protocol
