#include "tests/transport/many_bodies.hpp"

#include <array>
#include <cmath>
#include <random>

namespace flotilla::transport {
namespace {

using namespace std::chrono_literals;
using test::many_bodies;
using ticket = bandwidth_gate::ticket;

constexpr std::uint64_t kib = 1 << 10;
constexpr std::uint64_t mib = 1 << 20;
const time_point start{};

std::vector<ticket*> released(bandwidth_gate& gate, time_point now) {
  std::vector<ticket*> all;
  gate.release(now, all);
  return all;
}

/// Never more than was allowed, and no less but for what is not a whole portion yet.
void expect_close_below(std::uint64_t sent, std::uint64_t allowed) {
  EXPECT_LE(sent, allowed);
  EXPECT_GE(static_cast<double>(sent), static_cast<double>(allowed) * 0.97 - 4096);
}

TEST(BandwidthLanes, HaveEachTheirOwnLimit) {
  const std::array<std::uint64_t, 2> pairs[] = {
    {2 * kib, 3 * kib}, {2 * kib, 100 * mib}, {mib, mib}, {mib, 10 * mib}, {1, 100 * mib},
  };
  for (const auto& [one, two] : pairs) {
    SCOPED_TRACE(std::to_string(one) + " and " + std::to_string(two) + " bytes/s");
    many_bodies all{0, {1, 2, 1, 2, 2}};
    all.limit(1, one);
    all.limit(2, two);
    all.pass(60s);
    expect_close_below(all.sent(1), 60 * one);
    expect_close_below(all.sent(2), 60 * two);
  }
}

TEST(BandwidthLanes, ShareTheLimitOfAllBesideTheirOwn) {
  many_bodies all{4 * mib, {1, 1, 1, 1, 2, 2, 2, 2}};
  all.limit(1, mib);
  all.pass(60s);
  expect_close_below(all.sent(1), 60 * mib);
  expect_close_below(all.sent(2), 180 * mib);
}

TEST(BandwidthLanes, AreNoneOfTheOthersBusinessWhenTheyHaveNoLimit) {
  many_bodies all{4 * mib, {1, 2, 2, 0}};
  all.pass(60s);
  for (const auto& x : all.bodies)
    expect_close_below(x.sent, 60 * mib);
}

TEST(BandwidthLanes, GiveEachBodyTheSameWhenTheLimitOfAllIsTheTighterOne) {
  many_bodies all{4 * mib, {1, 1, 1, 2}};
  all.limit(1, 10 * mib);
  all.limit(2, 20 * mib);
  all.pass(60s);
  for (const auto& x : all.bodies)
    expect_close_below(x.sent, 60 * mib);
}

TEST(BandwidthLanes, OfSmallerPortionsGetNoLessForIt) {
  many_bodies all{4 * mib, {1, 2, 2, 2, 0, 0, 0, 0}};
  all.limit(1, mib); // a quarter of a portion of all
  all.pass(60s);
  for (const auto& x : all.bodies)
    expect_close_below(x.sent, 30 * mib);
}

TEST(BandwidthLanes, ReachTheirLimitAmongManyBodiesWithoutOne) {
  std::vector<std::uint32_t> lanes(32, 0);
  lanes.push_back(1);
  many_bodies all{10 * mib, lanes};
  all.limit(1, 250 * kib);
  all.pass(60s);
  expect_close_below(all.sent(1), 60 * 250 * kib);
  for (const auto& x : all.bodies)
    if (x.lane == 0)
      expect_close_below(x.sent, 60 * (10 * mib - 250 * kib) / 32 + 256 * kib);
}

TEST(BandwidthLanes, OfManySmallBodiesDoNotStarveALargeOne) {
  std::vector<std::uint32_t> lanes(31, 2);
  lanes.push_back(1);
  many_bodies all{4 * mib, lanes};
  for (auto& x : all.bodies)
    if (x.lane == 2)
      x.length = 3 * kib;
  all.pass(60s);
  // To each turn of the large one, a fortieth of 4 MiB, come 31 turns of 3 KiB: 102 to 93.
  EXPECT_GE(all.sent(1), 110 * mib);
  EXPECT_GE(all.sent(2), 100 * mib);
}

TEST(BandwidthLanes, NeitherExceedTheirLimitsNorWasteThem) {
  std::mt19937 dice{20261124};
  std::uniform_real_distribution<double> power{10, 27}; // 1 KiB/s to 128 MiB/s
  const auto some_rate = [&] { return static_cast<std::uint64_t>(std::exp2(power(dice))); };
  for (int i = 0; i < 100; ++i) {
    many_bodies all{some_rate(), {1, 1, 2, 3, 3, 3, 3}};
    std::uint64_t together = 0;
    for (const std::uint32_t lane : {1, 2, 3}) {
      const auto rate = some_rate();
      together += rate;
      all.limit(lane, rate);
    }
    const auto common = some_rate();
    all.limit_all(common);
    all.pass(60s);
    const auto allowed = 60 * std::min(common, together);
    EXPECT_LE(all.sent(), allowed) << "turn " << i;
    EXPECT_GE(static_cast<double>(all.sent()), static_cast<double>(allowed) * 0.95 - 3 * 4096)
      << "turn " << i << ": " << common << " bytes/s for all, lanes " << together;
  }
}

TEST(BandwidthLanes, ThatAreOutOfBytesHoldNobodyUp) {
  bandwidth_gate gate{mib, start};
  gate.set_rate(1, 1, start);
  std::array<ticket, 4> tickets;
  for (const std::uint32_t lane : {1, 2, 3})
    gate.enter(tickets[lane], lane);
  gate.set_rate(3, mib, start);
  EXPECT_EQ(gate.ask(tickets[1], mib, start + 1s), 0U);
  for (const std::size_t i : {2, 3, 0})
    EXPECT_EQ(gate.ask(tickets[i], 4096, start + 1s), 4096U) << i;
  for (auto& x : tickets)
    gate.leave(x);
}

TEST(BandwidthLanes, DoNotOvertakeWhoWaitsForTheLimitOfAll) {
  bandwidth_gate gate{mib, start};
  std::array<ticket, 4> tickets;
  const std::uint32_t lanes[] = {1, 1, 2, 0};
  for (std::size_t i = 0; i < tickets.size(); ++i) {
    gate.enter(tickets[i], lanes[i]);
    EXPECT_EQ(gate.ask(tickets[i], 1, start + std::chrono::seconds{i}), 0U)
      << "though there is enough by now";
  }
  const std::vector<ticket*> in_turn{&tickets[0], &tickets[2], &tickets[3], &tickets[1]};
  EXPECT_EQ(released(gate, start + 1h), in_turn) << "each lane once, and then again";
  for (auto& x : tickets)
    gate.leave(x);
}

TEST(BandwidthLanes, KeepTheirPlaceWhileTheyAreOutOfBytes) {
  bandwidth_gate gate{1, start};
  gate.set_rate(1, 1, start);
  ticket early;
  ticket late;
  gate.enter(early, 1);
  gate.enter(late, 2);
  EXPECT_EQ(gate.ask(early, mib, start), 0U);
  EXPECT_EQ(gate.ask(late, mib, start), 0U);
  gate.set_rate(1, 0, start + 1s);
  gate.set_rate(0, start + 1s);
  EXPECT_EQ(released(gate, start + 1s), (std::vector<ticket*>{&early, &late}));
  gate.leave(early);
  gate.leave(late);
}

TEST(BandwidthLanes, FeelARaisedLimitAtOnce) {
  many_bodies all{0, {1, 1, 2}};
  all.limit(1, 1);
  all.limit(2, 1);
  all.pass(1h);
  const auto before = all.sent(1);
  all.limit(1, mib);
  all.pass(1s);
  expect_close_below(all.sent(1) - before, mib + 4096); // 3600 bytes were saved up
  EXPECT_LE(all.sent(2), 3601U);
}

TEST(BandwidthLanes, FeelALoweredLimitAtOnce) {
  many_bodies all{0, {1, 1}};
  all.limit(1, 100 * mib);
  all.pass(1s);
  const auto before = all.sent(1);
  all.limit(1, 8 * kib);
  all.pass(10s);
  EXPECT_LE(all.sent(1) - before, 80 * kib + 16 * kib) << "and the least that can be saved";
}

TEST(BandwidthLanes, CutWhatATurnBroughtToALoweredLimit) {
  bandwidth_gate gate{0, start};
  gate.set_rate(1, 100 * mib, start);
  ticket who;
  gate.enter(who, 1);
  EXPECT_EQ(gate.ask(who, mib, start), 0U);
  ASSERT_EQ(released(gate, start + 1s), std::vector{&who});
  ASSERT_EQ(who.granted, 256 * kib);
  gate.set_rate(1, 1, start + 1s);
  EXPECT_EQ(gate.ask(who, mib, start + 1s), 4 * kib);
  gate.leave(who);
}

TEST(BandwidthLanes, AreFreedAtOnceAndAlone) {
  bandwidth_gate gate{0, start};
  std::array<ticket, 3> tickets;
  const std::uint32_t lanes[] = {1, 2, 1};
  for (std::size_t i = 0; i < tickets.size(); ++i) {
    gate.enter(tickets[i], lanes[i]);
    gate.set_rate(lanes[i], 1, start);
    EXPECT_EQ(gate.ask(tickets[i], mib, start), 0U);
  }
  gate.set_rate(1, 0, start);
  EXPECT_EQ(gate.due(start), start);
  EXPECT_EQ(released(gate, start), (std::vector<ticket*>{&tickets[0], &tickets[2]}));
  EXPECT_EQ(gate.ask(tickets[0], mib, start), mib);
  EXPECT_TRUE(tickets[1].waiting);
  for (auto& x : tickets)
    gate.leave(x);
}

TEST(BandwidthLanes, SaveNothingUpWhileTheyWaitForTheLimitOfAll) {
  many_bodies all{mib, std::vector<std::uint32_t>(32, 1)};
  all.limit(1, 10 * mib);
  all.pass(10s);
  const auto before = all.sent(1);
  all.limit_all(1000 * mib);
  all.pass(5s);
  EXPECT_LE(all.sent(1) - before, 50 * mib + mib) << "a tenth of a second may be saved";
}

TEST(BandwidthLanes, MakeNothingUpWhenTheirOwnLimitIsLifted) {
  many_bodies all{10 * mib, {1, 1, 2, 2}};
  all.limit(1, mib);
  all.pass(1h);
  const auto before = all.sent(2);
  all.limit(1, 0);
  all.pass(10s);
  expect_close_below(all.sent(2) - before, 50 * mib + mib); // a burst may have been saved
}

TEST(BandwidthLanes, GetBackWhatWhoLeavesHadNotUsed) {
  bandwidth_gate gate{mib, start};
  gate.set_rate(1, mib, start);
  ticket gone;
  ticket patient;
  gate.enter(gone, 1);
  gate.enter(patient, 1);
  EXPECT_EQ(gate.ask(gone, mib, start), 0U);
  EXPECT_EQ(gate.ask(patient, mib, start), 0U);
  const auto due = *gate.due(start);
  ASSERT_EQ(released(gate, due), std::vector{&gone});
  gate.leave(gone);
  EXPECT_EQ(released(gate, due), std::vector{&patient}) << "from both limits";
  gate.leave(patient);
}

TEST(BandwidthLanes, LetAnExcusedBodyGoOnWithoutBytes) {
  bandwidth_gate gate{mib, start};
  gate.set_rate(1, 1, start);
  ticket excused;
  ticket behind;
  gate.enter(excused, 1);
  gate.enter(behind, 1);
  EXPECT_EQ(gate.ask(excused, mib, start), 0U);
  EXPECT_EQ(gate.ask(behind, mib, start), 0U);
  gate.excuse(excused);
  EXPECT_EQ(released(gate, start), std::vector{&excused});
  EXPECT_EQ(excused.granted, 0U);
  EXPECT_TRUE(behind.waiting);
  gate.leave(excused);
  gate.leave(behind);
}

TEST(BandwidthLanes, OfNumberZeroAreNobodys) {
  bandwidth_gate gate{0, start};
  gate.set_rate(0, 1, start);
  ticket who;
  gate.enter(who, 0);
  EXPECT_EQ(gate.lanes(), 0U);
  EXPECT_EQ(gate.ask(who, mib, start), mib);
  gate.leave(who);
}

TEST(BandwidthLanes, AreForgottenOnceTheyHaveNeitherALimitNorBodies) {
  bandwidth_gate gate{0, start};
  ticket who;
  gate.set_rate(1, mib, start);
  EXPECT_EQ(gate.lanes(), 1U) << "a limit";
  gate.enter(who, 1);
  gate.set_rate(1, 0, start);
  EXPECT_EQ(gate.lanes(), 1U) << "a body";
  gate.leave(who);
  EXPECT_EQ(gate.lanes(), 0U) << "neither";
  gate.enter(who, 1);
  gate.set_rate(1, mib, start);
  gate.leave(who);
  EXPECT_EQ(gate.lanes(), 1U) << "a limit outlives its bodies";
  gate.set_rate(1, 0, start);
  EXPECT_EQ(gate.lanes(), 0U) << "neither again";
  gate.set_rate(2, 0, start);
  EXPECT_EQ(gate.lanes(), 0U) << "no limit is nothing to remember";
}

TEST(BandwidthLanes, BeginAnewUnderTheNumberOfAForgottenOne) {
  bandwidth_gate gate{0, start};
  for (std::uint32_t lane = 1; lane <= 1000; ++lane) {
    ticket who;
    gate.enter(who, lane % 3 + 1);
    EXPECT_EQ(gate.ask(who, mib, start), mib) << "no limit left over";
    gate.set_rate(lane % 3 + 1, 1, start);
    EXPECT_EQ(gate.ask(who, mib, start), 0U);
    gate.set_rate(lane % 3 + 1, 0, start);
    gate.leave(who);
  }
  EXPECT_EQ(gate.lanes(), 0U);
  EXPECT_FALSE(gate.due(start));
}

} // namespace
} // namespace flotilla::transport
