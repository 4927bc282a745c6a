#include "tests/actors/fleet_of_nodes.hpp"

namespace flotilla::actors {
namespace {

TEST_F(Fleet, ContinuesAKeptPushWithoutSendingWhatWasConfirmed) {
  plan(std::vector<std::uint64_t>(6, 1000));
  auto before = kept("p-000001");
  for (std::uint32_t blob : {0U, 1U, 2U}) {
    before.memory.confirmed.emplace_back(blob, protocol::confirmation::uploaded);
    registry.blobs.insert(digest_of(blob));
  }
  begin(rules, {before});
  add_node("a", 2);
  order = before.order;
  submit();
  EXPECT_EQ(push_id, before.id) << "handed in once more: the same job";
  beat_for(std::chrono::duration_cast<std::chrono::seconds>(rules.lease) + 1s, {"a"});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none) << report->why.message;
  for (std::size_t blob = 0; blob < 6; ++blob)
    EXPECT_EQ(sent(blob), blob < 3 ? 0u : 1u);
  EXPECT_EQ(report->last.uploaded.blobs, 6u);
}

TEST_F(Fleet, TrustsNothingOfAKeptPushWhoseSourceIsAnother) {
  plan({1000, 1000});
  auto before = kept("p-000001");
  before.memory.model = protocol::digest::of("another manifest").to_string();
  before.memory.confirmed.emplace_back(0, protocol::confirmation::uploaded);
  begin(rules, {before});
  add_node("a", 2);
  submit();
  beat_for(6s, {"a"});
  ASSERT_TRUE(report);
  EXPECT_EQ(sent(0), 1u);
  EXPECT_EQ(sent(1), 1u);
}

TEST_F(Fleet, LeavesToANodeWhatItHasOnTheWireWhenTheCoordinatorComesBack) {
  start(std::vector<std::uint64_t>(4, 1000), {"a"}, 2);
  ASSERT_EQ(net->held.size(), 2u);
  const auto before = kept(push_id);
  caf::anon_send_exit(head, caf::exit_reason::user_shutdown);
  settle();
  caf::anon_send(nodes[0], atom::lost_v, false);
  settle();
  begin(rules, {before});
  join(0, "a");
  submit();
  beat_for(6s, {"a"});
  let_all_go();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none) << report->why.message;
  for (std::size_t blob = 0; blob < 4; ++blob)
    EXPECT_EQ(sent(blob), 1u);
}

TEST_F(Fleet, KeepsOnANodeWhoseLeaseRanOutWhatGoesWhole) {
  start(std::vector<std::uint64_t>(4, 1000), {"a"}, 2);
  ASSERT_EQ(net->held.size(), 2u);
  caf::anon_send(nodes[0], atom::lost_v, true);
  settle();
  EXPECT_EQ(net->held.size(), 2u) << "it may be the coordinator that is down, and for long";
}

} // namespace
} // namespace flotilla::actors
