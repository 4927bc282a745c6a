#include "actors/keeper.hpp"

#include "tests/actors/fleet_fixture.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>

namespace flotilla::actors {
namespace {

using namespace std::chrono_literals;
using protocol::method;
using test::network;
using testing::ElementsAre;

constexpr std::uint64_t mib = 1 << 20;

/// A fleet that sends in chunks of 1 MiB.
class UploaderResume : public fleet {
protected:
  UploaderResume() {
    order.options.check = protocol::check_mode::never;
    order.options.chunk = mib;
  }
  static bool is_chunk(const protocol::http_request& request) {
    return request.verb == method::patch;
  }
  void hold_chunks() {
    net->hold = is_chunk;
  }
  /// The two that come first leave, and are acknowledged.
  void take_two_chunks() {
    for (int i = 0; i < 2; ++i) {
      network::body_left(net->held[0]);
      net->let_go(0);
      settle();
    }
  }
  /// Where the chunks so far begin, in MiB.
  std::vector<std::uint64_t> chunks() const {
    std::vector<std::uint64_t> all;
    for (const auto& request : net->asked)
      if (is_chunk(request))
        all.push_back(request.file.offset / mib);
    return all;
  }
};

TEST_F(UploaderResume, SendsLongBlobsInChunks) {
  plan({3 * mib + 1, mib, 10});
  add_node("local", 1);
  submit();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, protocol::errc::none);
  EXPECT_THAT(chunks(), ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(report->last.uploaded.blobs, 3u);
  EXPECT_EQ(report->last.sent_bytes, 4 * mib + 11);
}

TEST_F(UploaderResume, ShowsWhatIsAcknowledgedOfABlobUnderWay) {
  plan({4 * mib});
  add_node("local", 1);
  hold_chunks();
  submit();
  network::body_left(net->held[0]);
  net->let_go(0);
  settle();
  network::body_at(net->held[0], mib / 2);
  pass(1s);
  EXPECT_THAT(chunks(), ElementsAre(0, 1));
  net->held[0].answer(network::silence()); // cut: only the second chunk goes back
  net->held.clear();
  pass(1s);
  EXPECT_THAT(chunks(), ElementsAre(0, 1, 1));
}

TEST_F(UploaderResume, GivesUpABodyThatHoldsItsBlobUpFarBehindAllOthers) {
  constexpr std::uint64_t long_chunk = 256 * mib;
  order.options.chunk = long_chunk;
  plan(std::vector<std::uint64_t>(5, 300 * mib));
  add_node("local", 5);
  hold_chunks();
  submit();
  ASSERT_EQ(net->held.size(), 5u);
  const auto slow = net->held[2].request.url;
  for (std::uint64_t second = 1; second <= 90; ++second) {
    for (const auto& each : net->held)
      network::body_at(each, second * (each.request.url == slow ? mib / 100 : mib));
    pass(1s);
  }
  const auto tries = std::count_if(net->asked.begin(), net->asked.end(),
                                   [&](const auto& x) { return is_chunk(x) && x.url == slow; });
  EXPECT_GE(tries, 2) << "given up, and sent again";
  EXPECT_EQ(chunks().size(), 5u + static_cast<std::size_t>(tries) - 1) << "and no other";
  EXPECT_FALSE(report);
}

/// What is left on a disk by a coordinator is found by the next one.
class KeptUploads : public UploaderResume {
protected:
  void open() {
    memory = sys.spawn(keeper, dir / "state");
  }
  /// The coordinator, its node and its keeper die with an upload at 2 MiB.
  void leave_half() {
    open();
    plan({4 * mib});
    add_node("local", 1);
    hold_chunks();
    submit();
    take_two_chunks();
    pass(1s);
    for (const auto& each : {caf::actor_cast<caf::actor>(head), caf::actor_cast<caf::actor>(memory),
                             caf::actor_cast<caf::actor>(nodes[0])})
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    settle();
    net->held.clear();
    net->hold = [](const auto&) { return false; };
    net->asked.clear();
    nodes.clear();
    head = coordinator_actor{};
  }
  void push_again() {
    open();
    add_node("local", 1);
    submit();
    pass(1s);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->why.code, protocol::errc::none) << report->why.message;
  }

  test::temp_dir dir;
};

TEST_F(KeptUploads, AreGoneOnWith) {
  leave_half();
  push_again();
  EXPECT_THAT(chunks(), ElementsAre(2, 3));
  EXPECT_EQ(report->last.resumed.blobs, 1u);
}

TEST_F(KeptUploads, AreOfThatRepositoryAlone) {
  leave_half();
  order.target.repository = "m/y";
  order.at = {*protocol::parse_url("https://registry.test"), "m/y"};
  push_again();
  EXPECT_THAT(chunks(), ElementsAre(0, 1, 2, 3));
}

TEST_F(KeptUploads, AreForgottenOnceTheRegistryHasTheBlob) {
  leave_half();
  registry.blobs.insert(digest_of(0));
  order.options.check = protocol::check_mode::always;
  push_again();
  EXPECT_THAT(chunks(), ElementsAre());
  EXPECT_TRUE(store::upload_notes{dir / "state/uploads/registry.test/m/x"}.names(1h).empty());
}

TEST_F(KeptUploads, GoWithWhatIsKnownOfTheRegistry) {
  plan({4 * mib});
  order.options.chunk = 0;
  net->respond = [this](const protocol::http_request& request) {
    return request.body_length() > 2 * mib ? network::answer(413) : registry(request);
  };
  push_again();
  EXPECT_EQ(net->count(method::put, "digest="), 2u) << "whole, in vain; and the end of the chunks";
  net->asked.clear();
  registry.blobs.clear();
  registry.manifests.clear();
  push_again();
  EXPECT_EQ(net->count(method::put, "digest="), 1u) << "it is known that whole is too large";
}

TEST_F(UploaderResume, TellsAllNodesWhatOneHasLearned) {
  plan(std::vector<std::uint64_t>(20, 4 * mib));
  order.options.chunk = 0; // as the registry likes it: whole, below 1 GiB
  begin({});
  net->respond = [this](const protocol::http_request& request) {
    const bool too_large = request.body_length() > 2 * mib;
    return too_large ? network::answer(413) : registry(request);
  };
  add_node("one", 1);
  add_node("two", 1);
  submit();
  pass(60s);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, protocol::errc::none) << report->why.message;
  EXPECT_LT(net->count(method::put, "digest="), 20u + 8u) << "one refusal a node, or few";
}

/// Two nodes, of which one is at the third of four chunks.
class SharedUpload : public UploaderResume {
protected:
  void begin_on_one() {
    plan({4 * mib});
    begin({});
    add_node("one", 1);
    hold_chunks();
    submit();
    take_two_chunks();
    pass(1s);
    add_node("two", 1);
  }
  void let_all_pass() {
    net->held.clear();
    net->hold = [](const auto&) { return false; };
  }
  /// What is held on it leaves, and all that comes after.
  void expect_one_to_finish_it() {
    net->let_go(0);
    let_all_pass();
    beat_for(1s, {"one"});
    ASSERT_TRUE(report);
    EXPECT_EQ(report->why.code, protocol::errc::none) << report->why.message;
    EXPECT_THAT(chunks(), ElementsAre(0, 1, 2, 3));
  }
};

TEST_F(SharedUpload, WaitsForTheLeaseOfANodeThatIsOutOfReach) {
  begin_on_one();
  caf::anon_send_exit(nodes[0], caf::exit_reason::remote_link_unreachable);
  settle();
  let_all_pass();
  beat_for(4s, {"two"});
  EXPECT_THAT(chunks(), ElementsAre(0, 1, 2)) << "it may still be writing there";
  beat_for(3s, {"two"});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, protocol::errc::none) << report->why.message;
  EXPECT_THAT(chunks(), ElementsAre(0, 1, 2, 2, 3));
}

TEST_F(SharedUpload, IsLeftToItsNodeThatComesBackInTime) {
  begin_on_one();
  join(0, "one"); // what was between it and the coordinator broke
  beat_for(1s, {"two"});
  expect_one_to_finish_it();
}

TEST_F(SharedUpload, IsLeftToItsNodeByACoordinatorThatCameBack) {
  begin_on_one();
  const auto before = kept(push_id);
  caf::anon_send_exit(head, caf::exit_reason::user_shutdown);
  settle();
  begin({}, {before});
  join(1, "two"); // it is heard first
  join(0, "one");
  submit();
  beat_for(6s, {"one", "two"});
  EXPECT_THAT(chunks(), ElementsAre(0, 1, 2));
  expect_one_to_finish_it();
}

TEST_F(SharedUpload, IsLeftToItsNodeUntilThatHasSaidWhatItHasInHand) {
  begin_on_one();
  sources[0]->looks_for_them = 24h;
  join(0, "one");
  beat_for(8s, {"one", "two"});
  EXPECT_THAT(chunks(), ElementsAre(0, 1, 2)) << "its lease goes on";
  caf::anon_send_exit(nodes[0], caf::exit_reason::remote_link_unreachable);
  settle();
  let_all_pass();
  beat_for(4s, {"two"});
  EXPECT_THAT(chunks(), ElementsAre(0, 1, 2)) << "from its last loss on";
  beat_for(3s, {"two"});
  ASSERT_TRUE(report);
  EXPECT_THAT(chunks(), ElementsAre(0, 1, 2, 2, 3));
}

TEST_F(SharedUpload, EndsOnANodeWhoseLeaseRanOutAfterItCameBackOnce) {
  begin_on_one();
  join(0, "one"); // it has another gateway from now on
  caf::anon_send(nodes[0], atom::lost_v, true);
  settle();
  EXPECT_TRUE(net->held.empty()) << "its request is cancelled";
}

TEST_F(SharedUpload, EndsOnANodeWhoseLeaseRanOut) {
  begin_on_one();
  caf::anon_send(nodes[0], atom::lost_v, true);
  settle();
  EXPECT_TRUE(net->held.empty()) << "its request is cancelled";
  EXPECT_EQ(net->count(method::remove, "/upload/"), 0u) << "another goes on there";
}

TEST_F(UploaderResume, DeletesTheSessionsThatNobodyCanGoOnWithWhenItIsStopped) {
  plan({1000, 1000});
  add_node("local", 2);
  net->hold = is_body;
  submit();
  ASSERT_EQ(net->held.size(), 2u);
  command(atom::cancel_v, push_id);
  ASSERT_TRUE(report);
  EXPECT_EQ(net->count(method::remove, "/upload/"), 2u);
}

TEST_F(UploaderResume, KeepsTheSessionsThatALaterPushCanGoOnWith) {
  plan({4 * mib});
  add_node("local", 1);
  hold_chunks();
  submit();
  take_two_chunks();
  command(atom::cancel_v, push_id);
  ASSERT_TRUE(report);
  EXPECT_EQ(net->count(method::remove, "/upload/"), 0u);
}

TEST_F(UploaderResume, LetsItsNodeGoOnceTheSessionsAreDeleted) {
  plan({1000});
  add_node("local", 1);
  net->hold
    = [](const auto& request) { return is_body(request) || request.verb == method::remove; };
  submit();
  command(atom::cancel_v, push_id);
  bool gone = false;
  auto leaving = sys.spawn([&](caf::event_based_actor* self) {
    self->request(nodes[0], caf::infinite, atom::leave_v).then([&](bool) { gone = true; });
  });
  settle();
  EXPECT_FALSE(gone);
  ASSERT_EQ(net->held.size(), 1u) << "the DELETE";
  net->let_go(0);
  settle();
  EXPECT_TRUE(gone);
}

TEST_F(UploaderResume, HandsAnUploadOverToAnotherNode) {
  plan({4 * mib});
  begin({});
  add_node("one", 1);
  hold_chunks();
  submit();
  take_two_chunks();
  pass(1s);
  caf::anon_send_exit(nodes[0], caf::exit_reason::kill);
  settle();
  net->held.clear();
  net->hold = [](const auto&) { return false; };
  add_node("two", 1);
  pass(10s);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, protocol::errc::none) << report->why.message;
  EXPECT_THAT(chunks(), ElementsAre(0, 1, 2, 2, 3)) << "the third was lost with the node";
  EXPECT_EQ(report->last.resumed.blobs, 1u);
}

} // namespace
} // namespace flotilla::actors
