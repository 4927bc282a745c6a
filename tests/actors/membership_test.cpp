#include "actors/membership.hpp"

#include "actors/errors.hpp"
#include "actors/hasher.hpp"
#include "tests/actors/fleet_fixture.hpp"

// The membership of a worker whose own node dies.

namespace flotilla::actors {
namespace {

/// Nobody answers.
dialler_actor::behavior_type nowhere(dialler_actor::pointer) {
  return {
    [](atom::dial, const std::string&, std::uint16_t) -> caf::result<coordinator_actor> {
      return to_error({protocol::errc::unavailable, "connection refused", {}});
    },
  };
}

/// The fleet's coordinator, wherever one dials.
dialler_actor::behavior_type to(dialler_actor::pointer, coordinator_actor head) {
  return {
    [head](atom::dial, const std::string&, std::uint16_t) -> caf::result<coordinator_actor> {
      return head;
    },
  };
}

class MembershipOfANode : public fleet {
protected:
  void become_member(dialler_actor line) {
    dialler = std::move(line);
    auto source = std::make_shared<test::paper_source>();
    source->plan = source_plan;
    surveyors.push_back(sys.spawn(test::paper_surveyor, std::move(source)));
    node_options crew;
    crew.id = crew.name = "a";
    nodes.push_back(sys.spawn(node, http, surveyors[0], sys.spawn(hasher), std::move(crew)));
    membership_options options;
    options.self.id = options.self.name = "a";
    options.on_node_death = [this] { ++deaths; };
    one = sys.spawn(membership, std::move(options), dialler, nodes[0], surveyors[0]);
    settle();
  }
  ~MembershipOfANode() override {
    caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(dialler, caf::exit_reason::user_shutdown);
    settle();
  }
  /// A push whose one blob is at its second chunk of four; of the first one the coordinator knows.
  void hold_second_chunk() {
    constexpr std::uint64_t mib = 1 << 20;
    order.options.check = protocol::check_mode::never;
    order.options.chunk = mib;
    plan({4 * mib});
    begin({});
    become_member(sys.spawn(to, head));
    net->hold = [](const auto& request) { return request.verb == protocol::method::patch; };
    submit();
    ASSERT_EQ(net->held.size(), 1u);
    test::network::body_left(net->held[0]);
    net->let_go(0);
    pass(std::chrono::seconds{1});
    ASSERT_EQ(net->held.size(), 1u);
  }
  void end_node(caf::exit_reason why) {
    caf::anon_send_exit(nodes[0], why);
    settle();
  }

  dialler_actor dialler;
  membership_actor one;
  int deaths = 0;
};

TEST_F(MembershipOfANode, TellsThatItsNodeDied) {
  begin({});
  become_member(sys.spawn(to, head));
  EXPECT_EQ(deaths, 0);
  end_node(caf::exit_reason::unhandled_exception);
  EXPECT_EQ(deaths, 1);
  pass(std::chrono::minutes{1}, std::chrono::seconds{1});
  EXPECT_EQ(deaths, 1) << "once";
}

TEST_F(MembershipOfANode, HasItLeaveSharedSessionsWhenTheLeaseIsOver) {
  hold_second_chunk();
  caf::anon_send_exit(head, caf::exit_reason::user_shutdown);
  pass(std::chrono::seconds{3});
  EXPECT_EQ(net->held.size(), 1u) << "the coordinator may come back";
  pass(std::chrono::seconds{3});
  EXPECT_TRUE(net->held.empty());
}

TEST_F(MembershipOfANode, HasItLeaveThemAtOnceWhenItWasStoppedForLonger) {
  hold_second_chunk();
  time().advance_time(std::chrono::seconds{20}); // nobody could do anything meanwhile
  settle();
  EXPECT_TRUE(net->held.empty());
}

TEST_F(MembershipOfANode, KeepsItsLeaseWhileItFinishesWhatItHasInHand) {
  hold_second_chunk();
  bool gone = false;
  auto leaving = sys.spawn([&](caf::event_based_actor* self) {
    self->request(one, caf::infinite, atom::leave_v, caf::timespan{std::chrono::minutes{1}})
      .then([&](bool) { gone = true; });
  });
  pass(std::chrono::seconds{20});
  EXPECT_FALSE(gone);
  std::vector<node_overview> there;
  auto asking = sys.spawn([&, this](caf::event_based_actor* self) {
    self->request(head, caf::infinite, atom::nodes_v).then([&](std::vector<node_overview>& all) {
      there = std::move(all);
    });
  });
  settle();
  EXPECT_EQ(there.size(), 1u);
}

TEST_F(MembershipOfANode, TellsSoWithoutACoordinator) {
  become_member(sys.spawn(nowhere));
  end_node(caf::exit_reason::unhandled_exception);
  EXPECT_EQ(deaths, 1);
}

TEST_F(MembershipOfANode, TellsNothingWhenItLeaves) {
  begin({});
  become_member(sys.spawn(to, head));
  caf::scoped_actor self{sys};
  self->send(one, atom::leave_v, caf::timespan{std::chrono::seconds{5}});
  settle();
  end_node(caf::exit_reason::user_shutdown);
  EXPECT_EQ(deaths, 0);
}

} // namespace
} // namespace flotilla::actors
