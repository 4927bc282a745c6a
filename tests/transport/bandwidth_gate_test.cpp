#include "tests/transport/many_bodies.hpp"

#include <algorithm>
#include <array>

namespace flotilla::transport {
namespace {

using namespace std::chrono_literals;
using test::many_bodies;

constexpr std::uint64_t mib = 1 << 20;
const time_point start{};

TEST(BandwidthGate, IsExactOverFiveSeconds) {
  for (const std::uint64_t rate : {64ULL << 10, 1ULL << 20, 10ULL << 20, 1000ULL << 20})
    for (const std::size_t count : {1, 2, 32}) {
      many_bodies all{rate, count};
      all.pass(5s);
      const auto allowed = static_cast<double>(5 * rate);
      EXPECT_NEAR(static_cast<double>(all.sent()), allowed, allowed * 0.03)
        << rate << " bytes/s, " << count << " bodies";
    }
}

TEST(BandwidthGate, IsFair) {
  many_bodies all{10 * mib, 32};
  all.pass(5s);
  const auto [least, most]
    = std::minmax_element(all.bodies.begin(), all.bodies.end(),
                          [](const auto& a, const auto& b) { return a.sent < b.sent; });
  EXPECT_LE(most->sent - least->sent, 256U << 10) << "one turn of difference at most";
}

TEST(BandwidthGate, LongUseEarnsNoCredit) {
  many_bodies all{mib, 1};
  all.pass(1h);
  const auto before = all.sent();
  all.pass(100ms);
  EXPECT_NEAR(static_cast<double>(all.sent() - before), mib / 10.0, mib / 30.0);
}

TEST(BandwidthGate, AsksNobodyToWaitWithoutALimit) {
  bandwidth_gate gate{0, start};
  bandwidth_gate::ticket ticket;
  EXPECT_EQ(gate.ask(ticket, 100 * mib, start), 100 * mib);
  EXPECT_FALSE(gate.due(start));
}

TEST(BandwidthGate, WhoComesLaterDoesNotOvertake) {
  bandwidth_gate gate{mib, start};
  bandwidth_gate::ticket first;
  bandwidth_gate::ticket second;
  EXPECT_EQ(gate.ask(first, mib, start), 0U);
  EXPECT_EQ(gate.ask(second, 1, start + 1s), 0U) << "though there is enough by now";
  std::vector<bandwidth_gate::ticket*> released;
  gate.release(*gate.due(start), released);
  EXPECT_EQ(released, std::vector{&first});
  gate.leave(first);
  gate.leave(second);
}

TEST(BandwidthGate, WaitingTwiceIsWaitingOnce) {
  bandwidth_gate gate{mib, start};
  bandwidth_gate::ticket ticket;
  EXPECT_EQ(gate.ask(ticket, mib, start), 0U);
  EXPECT_EQ(gate.ask(ticket, mib, start + 1s), 0U);
  std::vector<bandwidth_gate::ticket*> released;
  gate.release(start + 1s, released);
  EXPECT_EQ(released.size(), 1U);
  EXPECT_GT(gate.ask(ticket, mib, start + 1s), 0U);
  gate.leave(ticket);
}

TEST(BandwidthGate, LiftingTheLimitReleasesAll) {
  bandwidth_gate gate{1, start};
  std::array<bandwidth_gate::ticket, 3> tickets;
  for (auto& x : tickets)
    EXPECT_EQ(gate.ask(x, mib, start), 0U);
  gate.set_rate(0, start);
  std::vector<bandwidth_gate::ticket*> released;
  gate.release(start, released);
  EXPECT_EQ(released.size(), 3U);
  EXPECT_EQ(gate.ask(tickets[0], mib, start), mib);
}

TEST(BandwidthGate, WhoLeavesIsForgottenAndReturnsItsShare) {
  bandwidth_gate gate{mib, start};
  bandwidth_gate::ticket gone;
  bandwidth_gate::ticket patient;
  EXPECT_EQ(gate.ask(gone, mib, start), 0U);
  EXPECT_EQ(gate.ask(patient, mib, start), 0U);
  const auto due = *gate.due(start);
  std::vector<bandwidth_gate::ticket*> released;
  gate.release(due, released);
  ASSERT_EQ(released, std::vector{&gone});
  gate.leave(gone);
  released.clear();
  gate.release(due, released);
  EXPECT_EQ(released, std::vector{&patient}) << "what the other one had not used";
  gate.leave(patient);
  EXPECT_FALSE(gate.due(due));
}

TEST(BandwidthGate, WhoIsExcusedGoesOnWithoutBytes) {
  bandwidth_gate gate{1, start};
  bandwidth_gate::ticket ticket;
  EXPECT_EQ(gate.ask(ticket, mib, start), 0U);
  gate.excuse(ticket);
  EXPECT_EQ(gate.due(start), start);
  std::vector<bandwidth_gate::ticket*> released;
  gate.release(start, released);
  EXPECT_EQ(released, std::vector{&ticket});
  EXPECT_EQ(ticket.granted, 0U);
  EXPECT_FALSE(gate.due(start));
}

} // namespace
} // namespace flotilla::transport
