#include "actors/gateway.hpp"

#include "tests/actors/fleet_fixture.hpp"

#include <gmock/gmock.h>

namespace flotilla::actors {
namespace {

using namespace std::chrono_literals;
using protocol::method;
using test::network;
using testing::HasSubstr;

/// A registry that wants a Bearer token from its own token server.
class Gateway : public fleet {
protected:
  Gateway() {
    net->respond = [this](const protocol::http_request& request) { return serve(request); };
    net->hold = [this](const protocol::http_request& request) {
      return hold_tokens && is_token_request(request);
    };
    job.at = order.at;
    job.scopes = {"repository:m/x:pull,push"};
    gate = sys.spawn(gateway, http, tokens, job);
  }

  static bool is_token_request(const protocol::http_request& request) {
    return request.url.find("https://auth.test/token") == 0;
  }

  protocol::http_outcome serve(const protocol::http_request& request) {
    if (is_token_request(request)) {
      if (token_server_status != 200)
        return network::answer(token_server_status);
      return network::answer(
        200, {}, R"({"token":"t)" + std::to_string(++issued) + R"(","expires_in":100})");
    }
    if (request.fields.value("authorization") == "Bearer t" + std::to_string(accepted))
      return network::answer(200);
    return network::answer(
      401, {{"WWW-Authenticate", R"(Bearer realm="https://auth.test/token",service="s")"}});
  }

  void ask(int times = 1) {
    for (int i = 0; i < times; ++i)
      clients.push_back(sys.spawn([this](caf::event_based_actor* self) {
        self->request(gate, caf::infinite, atom::exchange_v, order.at.probe())
          .then([this](const protocol::http_outcome& outcome) { heard.push_back(outcome); });
      }));
    settle();
  }
  std::size_t token_requests() const {
    return net->count(method::get, "https://auth.test/token");
  }

  engagement job;
  gateway_actor gate;
  std::vector<caf::actor> clients;
  std::vector<protocol::http_outcome> heard;
  bool hold_tokens = false;
  int token_server_status = 200;
  int issued = 0;
  int accepted = 1;
};

TEST_F(Gateway, AnswersAChallengeWithATokenOfTheRightScope) {
  ask();
  ASSERT_EQ(heard.size(), 1u);
  ASSERT_NE(heard[0].response(), nullptr);
  EXPECT_EQ(heard[0].response()->status, 200);
  EXPECT_THAT(net->asked[1].url, HasSubstr("service=s"));
  EXPECT_THAT(net->asked[1].url, HasSubstr("repository:m/x:pull"));
  EXPECT_EQ(net->asked[1].fields.value("authorization"), "Basic YW5uOnNlY3JldA=="); // ann:secret
}

TEST_F(Gateway, ManyRefusalsAtOnceCostOneToken) {
  hold_tokens = true;
  ask(50);
  EXPECT_EQ(token_requests(), 1u);
  net->let_go(0);
  settle();
  EXPECT_EQ(heard.size(), 50u);
  EXPECT_EQ(token_requests(), 1u);
}

TEST_F(Gateway, RenewsATokenBeforeItExpires) {
  ask();
  accepted = 2; // the first token is no longer taken
  pass(81s, 1s);
  ask();
  ASSERT_EQ(heard.size(), 2u);
  EXPECT_EQ(heard[1].response()->status, 200);
  EXPECT_EQ(net->count(method::get, "/v2/"), 3u); // 401, 200, 200: no second refusal
}

TEST_F(Gateway, GivesTheRefusalBackWhenANewTokenIsRefusedToo) {
  accepted = 0;
  ask();
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_EQ(heard[0].response()->status, 401);
  EXPECT_EQ(token_requests(), 1u);
}

TEST_F(Gateway, ATokenServerInTroubleIsTroubleAndNotTheEnd) {
  token_server_status = 503;
  ask();
  ASSERT_EQ(heard.size(), 1u);
  ASSERT_NE(heard[0].failed(), nullptr);
  EXPECT_EQ(heard[0].failed()->why.code, protocol::errc::unavailable);
  token_server_status = 200;
  ask();
  EXPECT_EQ(heard[1].response()->status, 200);
}

TEST_F(Gateway, AWrongPasswordIsTheEndAndIsNotShown) {
  token_server_status = 401;
  ask();
  ASSERT_NE(heard[0].failed(), nullptr);
  EXPECT_EQ(heard[0].failed()->why.code, protocol::errc::unauthorized);
  EXPECT_THAT(heard[0].failed()->why.message, HasSubstr("ann"));
  EXPECT_THAT(heard[0].failed()->why.message, testing::Not(HasSubstr("secret")));
}

} // namespace
} // namespace flotilla::actors
