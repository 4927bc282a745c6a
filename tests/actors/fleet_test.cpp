#include "tests/actors/fleet_of_nodes.hpp"

namespace flotilla::actors {
namespace {

/// A node that does nothing but remember who engaged it.
node_actor::behavior_type spy_node(node_actor::pointer, push_actor* employer) {
  using index = protocol::ledger::index;
  using blobs = std::vector<index>;
  return {
    [employer](atom::engage, const engagement&, const push_actor& push, const token_actor&) {
      *employer = push;
    },
    [](atom::work, const std::string&, const work_batch&) {},
    [](atom::limit, const std::string&, const node_limits&) {},
    [](atom::hold, const std::string&, caf::timespan) {},
    [](atom::learn, const std::string&, const protocol::registry_profile&) {},
    [](atom::recall, const std::string&, const blobs&) {},
    [](atom::drop, const std::string&, const blobs&) {},
    [](atom::release, const std::string&) {},
    [](atom::lost, bool) {},
    [](atom::leave) { return true; },
    [](atom::list) { return std::vector<std::string>{}; },
  };
}

TEST_F(Fleet, SharesAPushOutToEveryNode) {
  start(std::vector<std::uint64_t>(60, 1000), {"a", "b", "c"}, 4);
  EXPECT_EQ(net->held.size(), 12u) << "all slots of all nodes are in use";
  let_all_go();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none) << report->why.message;
  ASSERT_EQ(report->nodes.size(), 3u);
  for (const auto& node : report->nodes)
    EXPECT_GE(node.blobs, 10u) << node.name;
  EXPECT_FALSE(registry.manifest_came_early);
}

TEST_F(Fleet, LeavesHalfOfWhatIsLeftToWhoTurnsOutFaster) {
  start(std::vector<std::uint64_t>(32, 10'000'000), {"a", "b"}, 16);
  EXPECT_EQ(net->held.size(), 16u) << "eight of a half of sixteen each";
  let_all_go();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none) << report->why.message;
}

TEST_F(Fleet, GivesEachNodeOneOfAFewLargeBlobs) {
  start(std::vector<std::uint64_t>(3, 10'000'000), {"a", "b", "c"}, 16);
  EXPECT_EQ(net->held.size(), 3u);
  let_all_go();
  ASSERT_TRUE(report);
  for (const auto& node : report->nodes)
    EXPECT_EQ(node.blobs, 1u) << node.name;
}

TEST_F(Fleet, SendsEachBlobFromANodeThatHoldsIt) {
  plan(std::vector<std::uint64_t>(9, 1000));
  begin_fleet();
  add_node("a", 4, {3, 4, 5, 6, 7, 8});
  add_node("b", 4, {0, 1, 2, 6, 7, 8}, false);
  add_node("c", 4, {0, 1, 2, 3, 4, 5}, false);
  submit();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none) << report->why.message;
  for (const auto& node : report->nodes)
    EXPECT_EQ(node.blobs, 3u) << node.name;
  for (std::size_t blob = 0; blob < 9; ++blob)
    EXPECT_EQ(sent(blob), 1u);
}

TEST_F(Fleet, GivesTheWorkOfALostNodeToAnother) {
  start(std::vector<std::uint64_t>(8, 1000), {"a", "b"}, 2);
  ASSERT_EQ(net->held.size(), 4u);
  std::set<std::string> in_vain; // what dies with the node
  kill(0);
  for (std::size_t i = net->held.size(); i-- > 0;)
    if (!is_answered(net->held[i])) {
      in_vain.insert(net->held[i].request.url);
      net->held.erase(net->held.begin() + static_cast<std::ptrdiff_t>(i));
    }
  EXPECT_EQ(in_vain.size(), 2u);
  let_all_go();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none) << report->why.message;
  EXPECT_FALSE(registry.manifest_came_early);
  EXPECT_EQ(net->count(method::put, "digest="), 10u) << "eight, and two once more";
}

TEST_F(Fleet, SendsWhatALostNodeHadInHandBeforeAllElse) {
  order.options.check = protocol::check_mode::always;
  start(std::vector<std::uint64_t>(36, 10'000'000), {"a", "b", "c"}, 16);
  ASSERT_EQ(net->held.size(), 18u) << "six of a half of twelve each";
  std::set<std::string> before;
  for (const auto& each : net->held)
    before.insert(digest_in(each.request.url));
  kill(2);
  std::set<std::string> lost;
  for (const auto& each : net->held)
    if (!is_answered(each))
      lost.insert(digest_in(each.request.url));
  ASSERT_EQ(lost.size(), 6u);
  for (const auto& each : net->held)
    EXPECT_EQ(before.count(digest_in(each.request.url)), 1u) << "nothing new goes before them";
  EXPECT_EQ(net->held.size(), 24u) << "all six are sent again";
}

TEST_F(Fleet, EndsWhenAllButOneNodeDie) {
  plan(std::vector<std::uint64_t>(30, 1000));
  begin_fleet();
  for (const auto* name : {"a", "b", "c"})
    add_node(name, 2);
  int bodies = 0;
  net->respond = [&, this](const protocol::http_request& request) {
    if (is_body(request) && ++bodies == 5) {
      caf::anon_send_exit(nodes[0], caf::exit_reason::kill);
      caf::anon_send_exit(nodes[1], caf::exit_reason::kill);
    }
    return registry(request);
  };
  submit();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none) << report->why.message;
  EXPECT_EQ(registry.blobs, registry.wanted);
}

TEST_F(Fleet, AsksBeforeItSendsWhatALostNodeMayHaveSent) {
  start({1000}, {"a"}, 1);
  ASSERT_EQ(net->held.size(), 1u);
  registry.blobs.insert(digest_of(0)); // it arrived, and nobody was told
  kill(0);
  add_node("b", 1);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none) << report->why.message;
  EXPECT_EQ(sent(0), 1u);
  EXPECT_EQ(net->count(method::head, "/blobs/" + digest_of(0)), 1u);
  EXPECT_EQ(report->last.present.blobs, 1u);
}

TEST_F(Fleet, CountsANodeAsLostThatIsSilentForItsLease) {
  start({1000}, {"a"}, 1);
  ASSERT_EQ(net->held.size(), 1u);
  beat_for(20s, {"a"});
  EXPECT_EQ(overview().status.nodes, 1u);
  pass(rules.lease + 1s);
  EXPECT_EQ(overview().status.nodes, 0u);
  EXPECT_THAT(overview().status.waiting, HasSubstr("no node"));
}

TEST_F(Fleet, WaitsForANodeThatHoldsWhatNoOtherDoesAndThenSaysWhichBlobs) {
  plan({1000, 1000});
  begin_fleet();
  add_node("a", 1, {1});
  submit();
  EXPECT_THAT(overview().status.waiting, HasSubstr("1 blobs are held by no node"));
  beat_for(59s, {"a"});
  EXPECT_FALSE(report);
  beat_for(3s, {"a"});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::no_node);
  EXPECT_THAT(report->why.message, HasSubstr(digest_of(1)));
  EXPECT_THAT(report->why.message, testing::Not(HasSubstr(digest_of(0))));
  EXPECT_TRUE(registry.manifests.empty());
}

TEST_F(Fleet, GoesOnWhenTheNodeThatIsMissedComes) {
  plan({1000, 1000});
  begin_fleet();
  add_node("a", 1, {1});
  submit();
  beat_for(30s, {"a"});
  add_node("b", 1, {0}, false);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none) << report->why.message;
}

TEST_F(Fleet, SaysThatNoNodeCanReadTheSource) {
  plan({1000});
  begin_fleet();
  add_node("a", 1, {}, false);
  add_node("b", 1, {}, false);
  submit();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::source_invalid);
  EXPECT_THAT(report->why.message, HasSubstr("none of 2 nodes"));
  EXPECT_EQ(net->asked.size(), 0u);
}

TEST_F(Fleet, TakesBackWhatASlowNodeHasNotBegunForOneThatIsIdle) {
  plan(std::vector<std::uint64_t>(8, 1000));
  begin_fleet();
  // Node a has a single slot, and the registry does not answer what comes through it.
  add_node("a", 1);
  hold_bodies();
  submit();
  ASSERT_EQ(net->held.size(), 1u);
  net->hold = [](const auto&) { return false; };
  add_node("b", 4);
  beat_for(2s, {"a", "b"});
  EXPECT_GE(registry.blobs.size(), 5u) << "b has done what a had not begun";
  let_all_go();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none);
  for (std::size_t blob = 0; blob < 8; ++blob)
    EXPECT_EQ(sent(blob), 1u);
}

TEST_F(Fleet, TakesTheSamePushForOneJob) {
  start({1000}, {"a"}, 1);
  auto first = push_id;
  submit();
  EXPECT_EQ(push_id, first);
  order.tags.push_back("other");
  submit();
  EXPECT_NE(push_id, first);
}

/// A journal on a slow disk: it answers when it is told to.
struct slow_journal_state {
  caf::typed_response_promise<bool> kept;
  static inline const char* name = "slow journal";
};

journal_actor::behavior_type
slow_journal(journal_actor::stateful_pointer<slow_journal_state> self) {
  return {
    [self](atom::submit, const std::string&, const push_order&) -> caf::result<bool> {
      self->state.kept = self->make_response_promise<bool>();
      return self->state.kept;
    },
    [](atom::limit, const std::string&, const push_order&) {},
    [](atom::outlined, const std::string&, const std::string&) {},
    [](atom::record, const std::string&, const std::vector<upload_result>&) {},
    [](atom::pause, const std::string&, bool) {},
    [](atom::ended, const std::string&, const push_report&) {},
    [self](atom::flush) { self->state.kept.deliver(true); },
    [](atom::status) { return true; },
  };
}

TEST_F(Fleet, TellsNobodyTheIdOfAPushThatIsNotKeptYet) {
  plan({1000});
  auto disk = sys.spawn(slow_journal);
  begin(rules, {}, disk);
  std::vector<std::string> ids;
  for (int times = 0; times < 2; ++times)
    sys.spawn([&, this](caf::event_based_actor* self) {
      self->request(head, caf::infinite, atom::submit_v, order).then([&](std::string& id) {
        ids.push_back(std::move(id));
      });
    });
  settle();
  EXPECT_TRUE(ids.empty());
  caf::anon_send(disk, atom::flush_v);
  settle();
  ASSERT_EQ(ids.size(), 2u);
  EXPECT_EQ(ids[0], ids[1]);
  caf::anon_send_exit(disk, caf::exit_reason::user_shutdown);
}

TEST_F(Fleet, BeginsNothingNewWhilePaused) {
  start(std::vector<std::uint64_t>(8, 1000), {"a"}, 2);
  ASSERT_EQ(net->held.size(), 2u);
  command(atom::pause_v, push_id);
  EXPECT_TRUE(overview().status.paused);
  auto begun = net->count(method::put, "digest=");
  let_all_go();
  EXPECT_LE(net->count(method::put, "digest="), begun + 2); // whose sessions stood open
  beat_for(700s, {"a"});
  EXPECT_FALSE(report) << "a pause spends no budget";
  command(atom::resume_v, push_id);
  let_all_go();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none) << report->why.message;
}

TEST_F(Fleet, DividesTheUploadsOfAPushAmongItsNodes) {
  order.options.max_uploads = 5;
  start(std::vector<std::uint64_t>(40, 1000), {"a", "b", "c"}, 8);
  EXPECT_EQ(net->held.size(), 5u);
}

TEST_F(Fleet, DividesTheBandwidthAmongTheNodesThatSend) {
  order.options.bandwidth = 9'000;
  start(std::vector<std::uint64_t>(40, 1000), {"a", "b", "c"}, 2);
  pass(500ms);
  ASSERT_EQ(net->limits.size(), 1u); // one engine plays for all: each node's lane is its first
  EXPECT_EQ(net->limits.begin()->second, 3'000u);
  limit_change change;
  change.sets_bandwidth = true;
  change.bandwidth = 30'000;
  command(atom::limit_v, push_id, change);
  EXPECT_EQ(net->limits.begin()->second, 10'000u);
}

TEST_F(Fleet, ChangesTheUploadsOfARunningPush) {
  order.options.uploads = 2;
  start(std::vector<std::uint64_t>(40, 1000), {"a"}, 8);
  EXPECT_EQ(net->held.size(), 2u);
  limit_change change;
  change.sets_uploads = true;
  change.uploads = 6;
  command(atom::limit_v, push_id, change);
  EXPECT_EQ(net->held.size(), 6u);
}

TEST_F(Fleet, ServesTwoPushesInTurn) {
  start(std::vector<std::uint64_t>(20, 1000), {"a"}, 4);
  auto other = order;
  other.target = *protocol::parse_reference("registry.test/m/y:v1");
  other.at = {*protocol::parse_url("https://registry.test"), "m/y"};
  order = other;
  submit();
  for (int i = 0; i < 12; ++i) {
    network::body_left(net->held[0]);
    net->let_go(0);
    settle();
  }
  auto of_x = net->count(method::post, "/m/x/");
  auto of_y = net->count(method::post, "/m/y/");
  EXPECT_GE(of_y, 5u);
  EXPECT_GE(of_x, of_y);
}

TEST_F(Fleet, RefusesANodeOfANameThatIsTaken) {
  plan({1000});
  begin_fleet();
  add_node("a", 1);
  welcome answer;
  node_info twin;
  twin.id = "another";
  twin.name = "a";
  auto asking = sys.spawn([&, this](caf::event_based_actor* self) {
    self->request(head, caf::infinite, atom::join_v, twin, nodes[0], surveyors[0])
      .then([&](welcome& said) { answer = std::move(said); });
  });
  settle();
  EXPECT_THAT(answer.refusal, HasSubstr("is here already"));
}

TEST_F(Fleet, GivesNothingToANodeThatIsLeaving) {
  start(std::vector<std::uint64_t>(20, 1000), {"a"}, 2);
  command(atom::leave_v, std::string{"a"});
  auto drained = false;
  auto asking = sys.spawn([&, this](caf::event_based_actor* self) {
    self->request(nodes[0], caf::infinite, atom::leave_v).then([&](bool) { drained = true; });
  });
  settle();
  EXPECT_FALSE(drained) << "bodies are on the wire";
  auto begun = net->count(method::put, "digest=");
  let_all_go();
  EXPECT_TRUE(drained);
  EXPECT_LE(net->count(method::put, "digest="), begun + 2);
  add_node("b", 2);
  let_all_go();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none) << report->why.message;
}

TEST_F(Fleet, IgnoresAReportOfBlobsThatDoNotExist) {
  plan({1000});
  begin_fleet();
  add_node("a", 1, {0}); // has the manifest, and nothing else
  push_actor push;
  auto liar = sys.spawn(spy_node, &push);
  nodes.push_back(liar);
  surveyors.push_back(surveyors[0]);
  join(1, "liar");
  submit();
  ASSERT_TRUE(push);
  node_report lie;
  lie.uploads.push_back({77, protocol::confirmation::uploaded});
  lie.returned.push_back(1U << 31U);
  lie.claimed.push_back(1);
  caf::anon_send(push, atom::report_v, std::string{"liar"}, lie);
  settle();
  EXPECT_FALSE(report);
  EXPECT_EQ(overview().status.uploaded.blobs, 0u);
  EXPECT_EQ(overview().status.total.blobs, 1u);
  push = push_actor{};
}

} // namespace
} // namespace flotilla::actors
