#include "tests/system/chaos/trial.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

namespace flotilla::test {

namespace {

/// Five pushes each, so that twenty run side by side. What falls on them is the same in each run of
/// the tests; `flotilla-chaos` draws others.
class Chaos : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(Chaos, EndsWithTheRegistryEqualToTheSource) {
  const chaos_model model;
  for (auto seed = GetParam(); seed < GetParam() + 5; ++seed) {
    const auto result = try_push(model, seed);
    EXPECT_TRUE(result.trouble.empty()) << summary(result) << [&] {
      std::string all;
      for (const auto& [name, said] : result.logs)
        all.append("\n==== ").append(name).append("\n").append(said);
      return all;
    }();
  }
}

INSTANTIATE_TEST_SUITE_P(From, Chaos, ::testing::Values(1, 6, 11, 16),
                         [](const auto& of) { return "Seed" + std::to_string(of.param); });

TEST(Blows, AreTheSameForTheSameSeed) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto once = blows_of(seed);
    const auto again = blows_of(seed);
    ASSERT_EQ(once.size(), again.size());
    for (std::size_t i = 0; i < once.size(); ++i)
      EXPECT_EQ(describe(once[i]), describe(again[i]));
  }
}

TEST(Blows, HitEverybodyWithEverything) {
  std::set<std::pair<victim, blow_kind>> seen;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    int ends_of_client = 0;
    double before = 0;
    for (const auto& each : blows_of(seed)) {
      seen.emplace(each.whom, each.how);
      EXPECT_GE(each.at, before) << "they fall in order";
      before = each.at;
      ends_of_client += each.whom == victim::client
                        && (each.how == blow_kind::kill || each.how == blow_kind::reopen);
    }
    EXPECT_LE(ends_of_client, 1) << "each costs one more run";
  }
  EXPECT_EQ(seen.size(), 6U * 5U);
}

} // namespace

} // namespace flotilla::test
