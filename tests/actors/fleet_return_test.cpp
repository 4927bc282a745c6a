#include "tests/actors/fleet_of_nodes.hpp"

namespace flotilla::actors {
namespace {

TEST_F(Fleet, ContinuesAKeptPushWithoutSendingWhatWasConfirmed) {
  plan(std::vector<std::uint64_t>(6, 1000));
  kept_push kept;
  kept.id = "p-000001";
  kept.order = order;
  kept.memory.restored = true;
  kept.memory.model = source_plan.top().id.to_string();
  for (std::uint32_t blob : {0U, 1U, 2U}) {
    kept.memory.confirmed.emplace_back(blob, protocol::confirmation::uploaded);
    registry.blobs.insert(digest_of(blob));
  }
  begin(rules, {kept});
  add_node("a", 2);
  order = kept.order;
  submit();
  EXPECT_EQ(push_id, kept.id) << "handed in once more: the same job";
  beat_for(std::chrono::duration_cast<std::chrono::seconds>(rules.lease) + 1s, {"a"});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none) << report->why.message;
  for (std::size_t blob = 0; blob < 6; ++blob)
    EXPECT_EQ(sent(blob), blob < 3 ? 0u : 1u);
  EXPECT_EQ(report->last.uploaded.blobs, 6u);
}

TEST_F(Fleet, TrustsNothingOfAKeptPushWhoseSourceIsAnother) {
  plan({1000, 1000});
  kept_push kept;
  kept.id = "p-000001";
  kept.order = order;
  kept.memory.restored = true;
  kept.memory.model = protocol::digest::of("another manifest").to_string();
  kept.memory.confirmed.emplace_back(0, protocol::confirmation::uploaded);
  begin(rules, {kept});
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
  kept_push kept;
  kept.id = push_id;
  kept.order = order;
  kept.memory.restored = true;
  kept.memory.model = source_plan.top().id.to_string();
  caf::anon_send_exit(head, caf::exit_reason::user_shutdown);
  settle();
  caf::anon_send(nodes[0], atom::lost_v, false);
  settle();
  begin(rules, {kept});
  join(0, "a");
  submit();
  beat_for(6s, {"a"});
  let_all_go();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none) << report->why.message;
  for (std::size_t blob = 0; blob < 4; ++blob)
    EXPECT_EQ(sent(blob), 1u);
}

TEST_F(Fleet, DropsEverythingOnANodeWhoseLeaseRanOut) {
  start(std::vector<std::uint64_t>(4, 1000), {"a"}, 2);
  ASSERT_EQ(net->held.size(), 2u);
  caf::anon_send(nodes[0], atom::lost_v, true);
  settle();
  EXPECT_TRUE(net->held.empty()) << "its requests are cancelled";
}

} // namespace
} // namespace flotilla::actors
