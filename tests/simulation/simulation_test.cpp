#include "tests/simulation/crowd.hpp"
#include "tests/simulation/report.hpp"
#include "tests/simulation/shrink.hpp"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

// The simulator itself: that a seed decides all, and what is made of a broken one.

namespace flotilla::simulation {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Simulation, GoesTheSameWayTwiceFromTheSameSeed) {
  std::set<std::uint64_t> traces;
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE(seed);
    const auto first = play(draw_scenario(seed));
    const auto second = play(draw_scenario(seed));
    EXPECT_EQ(first.trace, second.trace);
    EXPECT_EQ(first.steps, second.steps);
    EXPECT_EQ(first.lasted, second.lasted);
    EXPECT_EQ(first.how, second.how);
    traces.insert(first.trace);
  }
  EXPECT_EQ(traces.size(), 25u) << "and from others in other ways";
}

TEST(Simulation, DrawsTheSameScenarioTwiceFromTheSameSeed) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const auto first = draw_scenario(seed), second = draw_scenario(seed);
    EXPECT_EQ(describe(first), describe(second));
    ASSERT_EQ(first.faults.size(), second.faults.size());
    for (std::size_t i = 0; i < first.faults.size(); ++i)
      EXPECT_EQ(to_string(first.faults[i]), to_string(second.faults[i]));
  }
}

TEST(Simulation, DrawsWhatItPromises) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE(seed);
    const auto drawn = draw_scenario(seed);
    const auto blobs = drawn.what.plan.blobs.size();
    EXPECT_TRUE(blobs >= 1 && blobs <= 60);
    EXPECT_TRUE(drawn.nodes.size() >= 1 && drawn.nodes.size() <= 6);
    EXPECT_TRUE(!drawn.alone || drawn.nodes.size() == 1);
    EXPECT_TRUE(std::any_of(drawn.nodes.begin(), drawn.nodes.end(),
                            [](const auto& node) { return node.has_manifests; }));
    for (std::size_t blob = 0; blob < blobs; ++blob)
      EXPECT_TRUE(std::any_of(drawn.nodes.begin(), drawn.nodes.end(),
                              [blob](const auto& node) { return node.lacks.count(blob) == 0; }));
    for (const auto& each : drawn.faults)
      EXPECT_LT(each.who, std::max<std::size_t>(1024, blobs));
  }
}

TEST(Simulation, BreaksNothingForItsFirstSeeds) {
  const auto all = play_many(1, 300, 2, [](std::uint64_t seed, bool fatal) {
    ADD_FAILURE() << (fatal ? "fatal: " : "broken: ") << seed;
    return true;
  });
  EXPECT_EQ(all.played, 300u);
  EXPECT_THAT(all.broken, IsEmpty());
}

/// A plan named a blob twice: by the late word of a node that was lost, and by the next one's.
TEST(Simulation, BreaksNothingForSeedsThatOnceBrokeIt) {
  for (const std::uint64_t seed : {179576719746503, 179576719747316, 179576719781075}) {
    SCOPED_TRACE(seed);
    const auto end = play(draw_scenario(seed));
    EXPECT_FALSE(end.broken) << end.broken->detail;
  }
}

TEST(Simulation, BringsEveryPushToItsEndWhereNothingGoesWrong) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    auto of = with_faults(draw_scenario(seed), {});
    of.options.to = actors::purpose::push;
    for (auto& node : of.nodes)
      node.has_manifests = true;
    of.ways.most_body = UINT64_MAX;
    const auto end = play(of);
    EXPECT_FALSE(end.broken) << end.broken->detail;
    EXPECT_EQ(end.how, protocol::errc::none);
  }
}

/// A scenario that breaks an invariant, and that only two of its faults are to blame for.
scenario of_two_culprits() {
  scenario of;
  for (std::uint64_t seed = 1; of.faults.size() < 6 || of.alone; ++seed)
    of = draw_scenario(seed);
  return of;
}

TEST(Faults, AreLeftOutByTheirNumbers) {
  const auto all = of_two_culprits();
  const auto few = with_faults(all, {1, 4, 1'000});
  ASSERT_EQ(few.faults.size(), 2u);
  EXPECT_EQ(to_string(few.faults[0]), to_string(all.faults[1]));
  EXPECT_EQ(to_string(few.faults[1]), to_string(all.faults[4]));
  EXPECT_THAT(with_faults(all, {}).faults, IsEmpty());
}

TEST(Faults, AreReportedWithTheWayToSeeThemAgain) {
  const auto of = draw_scenario(7);
  const auto text = report(of, {"never", "no run breaks this"});
  EXPECT_THAT(text, HasSubstr("seed 7 breaks `never`: no run breaks this"));
  EXPECT_THAT(text, HasSubstr("flotilla-sim --replay 7 --faults "));
}

TEST(Shrinking, FindsTheFewestThatStillFail) {
  using list = std::vector<std::size_t>;
  const struct {
    const char* name;
    std::size_t count;
    list culprits;
  } cases[] = {
    {"none of nothing", 0, {}},
    {"none of ten", 10, {}},
    {"the only one", 1, {0}},
    {"the first of ten", 10, {0}},
    {"the last of ten", 10, {9}},
    {"two that lie apart", 10, {1, 8}},
    {"two neighbours", 10, {4, 5}},
    {"all of them", 4, {0, 1, 2, 3}},
    {"every other one", 9, {0, 2, 4, 6, 8}},
    {"many", 100, {3, 50, 51, 99}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    int tries = 0;
    const auto found = shrink(c.count, [&](const list& few) {
      ++tries;
      return std::all_of(c.culprits.begin(), c.culprits.end(), [&](std::size_t one) {
        return std::find(few.begin(), few.end(), one) != few.end();
      });
    });
    EXPECT_EQ(found, c.culprits);
    EXPECT_LE(tries, 1'000);
  }
}

TEST(Lists, AreReadOrRefused) {
  const struct {
    const char* text;
    bool is_list;
    std::vector<std::size_t> numbers;
  } cases[] = {
    {"none", true, {}},
    {"0", true, {0}},
    {"0,3,5", true, {0, 3, 5}},
    {"", false, {}},
    {",", false, {}},
    {"1,", false, {}},
    {",1", false, {}},
    {"1 2", false, {}},
    {"-1", false, {}},
    {"nothing", false, {}},
    {"99999999999999999999999", false, {}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    std::vector<std::size_t> numbers;
    EXPECT_EQ(parse_list(c.text, numbers), c.is_list);
    if (c.is_list) {
      EXPECT_EQ(numbers, c.numbers);
    }
  }
}

TEST(Draw, KeepsToItsBounds) {
  draw dice{42};
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1'000; ++i) {
    seen.insert(dice.between(3, 5));
    const auto part = dice.fraction();
    EXPECT_TRUE(part >= 0 && part < 1);
  }
  EXPECT_THAT(seen, ElementsAre(3, 4, 5));
  EXPECT_EQ(draw{7}.next(), draw{7}.next());
  EXPECT_NE(draw{7}.next(), draw{8}.next());
}

} // namespace
} // namespace flotilla::simulation
