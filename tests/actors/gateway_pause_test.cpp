#include "actors/gateway.hpp"

#include "tests/support/scripted_http.hpp"
#include "tests/support/virtual_time.hpp"

#include <gmock/gmock.h>

namespace flotilla::actors {
namespace {

using namespace std::chrono_literals;
using test::network;

/// A gateway to a registry that may ask for a pause.
class GatewayPause : public test::virtual_time {
protected:
  GatewayPause() {
    net->respond = [this](const protocol::http_request&) { return next; };
    job.at = {*protocol::parse_url("https://registry.test"), "m/x"};
    gate = sys.spawn(gateway, http, tokens, job,
                     [this](caf::timespan pause) { told.push_back(pause); });
  }
  ~GatewayPause() override {
    constexpr auto reason = caf::exit_reason::user_shutdown;
    caf::anon_send_exit(gate, reason);
    caf::anon_send_exit(http, reason);
    caf::anon_send_exit(tokens, reason);
    settle();
  }
  void ask() {
    sys.spawn([this](caf::event_based_actor* self) {
      self->request(gate, caf::infinite, atom::exchange_v, job.at.probe())
        .then([this](const protocol::http_outcome& outcome) {
          statuses.push_back(outcome.response() == nullptr ? 0 : outcome.response()->status);
        });
    });
    settle();
  }

  std::shared_ptr<network> net = std::make_shared<network>();
  http_actor http = sys.spawn(test::scripted_http, net);
  token_actor tokens = sys.spawn([](token_actor::pointer) -> token_actor::behavior_type {
    return {[](atom::authorize, const authorization_request&) { return authorization{}; }};
  });
  protocol::http_outcome next = network::answer(200);
  engagement job;
  gateway_actor gate;
  std::vector<caf::timespan> told;
  std::vector<int> statuses;
};

TEST_F(GatewayPause, HoldsAllThatComesAfterARefusalThatAsksForIt) {
  next = network::answer(429, {{"Retry-After", "10"}});
  ask();
  EXPECT_THAT(statuses, testing::ElementsAre(429)) << "whose request it was hears of it at once";
  EXPECT_THAT(told, testing::ElementsAre(caf::timespan{10s}));
  next = network::answer(200);
  ask();
  ask();
  pass(9s);
  EXPECT_EQ(net->asked.size(), 1u);
  pass(3s); // ten seconds, and up to a tenth more
  EXPECT_EQ(net->asked.size(), 3u);
  EXPECT_THAT(statuses, testing::ElementsAre(429, 200, 200));
  ask();
  EXPECT_EQ(net->asked.size(), 4u) << "it is over";
}

TEST_F(GatewayPause, TellsOfARefusalThatAsksForNone) {
  next = network::answer(429);
  ask();
  EXPECT_THAT(told, testing::ElementsAre(caf::timespan{0}));
  next = network::answer(200);
  ask();
  EXPECT_THAT(statuses, testing::ElementsAre(429, 200));
}

TEST_F(GatewayPause, IsNoneForOtherTrouble) {
  for (int status : {500, 404, 301, 200}) {
    next = network::answer(status, {{"Retry-After", "10"}});
    ask();
  }
  EXPECT_TRUE(told.empty());
  EXPECT_EQ(net->asked.size(), 4u);
}

TEST_F(GatewayPause, HoldsWhenItIsTold) {
  caf::anon_send(gate, atom::hold_v, caf::timespan{5s});
  settle();
  ask();
  pass(4s);
  EXPECT_TRUE(statuses.empty());
  pass(2s);
  EXPECT_THAT(statuses, testing::ElementsAre(200));
  EXPECT_TRUE(told.empty()) << "whoever told knows";
}

TEST_F(GatewayPause, LastsAsLongAsTheLongestThatWasAskedFor) {
  caf::anon_send(gate, atom::hold_v, caf::timespan{20s});
  caf::anon_send(gate, atom::hold_v, caf::timespan{5s});
  settle();
  ask();
  pass(19s);
  EXPECT_TRUE(statuses.empty());
  pass(4s);
  EXPECT_THAT(statuses, testing::ElementsAre(200));
}

} // namespace
} // namespace flotilla::actors
