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
    surveyors.push_back(sys.spawn(test::paper_surveyor, std::make_shared<test::paper_source>()));
    nodes.push_back(sys.spawn(node, http, surveyors[0], sys.spawn(hasher), node_options{}));
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
