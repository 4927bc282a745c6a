#include "actors/gateway.hpp"

#include "actors/asker.hpp"
#include "actors/token.hpp"
#include "tests/support/scripted_http.hpp"
#include "tests/support/virtual_time.hpp"

#include <gmock/gmock.h>

namespace flotilla::actors {
namespace {

using namespace std::chrono_literals;
using protocol::method;
using test::network;
using testing::HasSubstr;

/// Asks the registry through a gateway, as the actors of a push do.
class asking_state {
public:
  using interface = caf::typed_actor<caf::reacts_to<atom::again, std::uint32_t>>;
  using pointer = interface::stateful_pointer<asking_state>;
  static inline const char* name = "asking";

  explicit asking_state(pointer) {
  }

  asker<pointer> questions;
};

/// Follows bodies, and does nothing.
body_watcher_actor::behavior_type watcher(body_watcher_actor::pointer) {
  return {[](atom::sent, std::uint32_t, std::uint64_t) {}};
}

/// A registry that wants a Bearer token from its own token server, and two gateways to it.
class Gateway : public test::virtual_time {
protected:
  Gateway() {
    net->respond = [this](const protocol::http_request& request) { return serve(request); };
    net->hold = [this](const protocol::http_request& request) {
      return is_token_request(request) ? hold_tokens : hold_others;
    };
    http = sys.spawn(test::scripted_http, net);
    tokens = sys.spawn(token, http, find);
    job.at = {*protocol::parse_url("https://registry.test"), "m/x"};
    job.scopes = {"repository:m/x:pull,push"};
    gate = sys.spawn(gateway, http, tokens, job, throttle_news{});
    second = sys.spawn(gateway, http, tokens, job, throttle_news{});
  }

  ~Gateway() override {
    net->held.clear(); // what waits for an answer is held by the network, and holds it
    for (const auto& each :
         {caf::actor_cast<caf::actor>(gate), caf::actor_cast<caf::actor>(second),
          caf::actor_cast<caf::actor>(tokens), caf::actor_cast<caf::actor>(http)})
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    settle();
  }

  static protocol::result<protocol::credentials> find(const std::string&, const std::string&) {
    return protocol::credentials{"ann", "secret"};
  }
  static bool is_token_request(const protocol::http_request& request) {
    return request.url.find("https://auth.test/token") == 0;
  }

  protocol::http_outcome serve(const protocol::http_request& request) {
    if (is_token_request(request)) {
      if (token_server_status != 200)
        return network::answer(token_server_status, {{"Retry-After", "20"}});
      if (!token_answer.empty())
        return network::answer(200, {}, token_answer);
      return network::answer(
        200, {}, R"({"token":"t)" + std::to_string(++issued) + R"(","expires_in":100})");
    }
    if (request.fields.value("authorization") == "Bearer t" + std::to_string(accepted))
      return network::answer(200);
    return network::answer(
      401, {{"WWW-Authenticate", R"(Bearer realm="https://auth.test/token",service="s")"}});
  }

  void ask(int times = 1) {
    ask(gate, times);
  }
  void ask(const gateway_actor& whom, int times = 1) {
    for (int i = 0; i < times; ++i)
      clients.push_back(sys.spawn([this, whom](caf::event_based_actor* self) {
        self->request(whom, caf::infinite, atom::exchange_v, job.at.probe())
          .then([this](const protocol::http_outcome& outcome) { heard.push_back(outcome); });
      }));
    settle();
  }
  void send(const protocol::http_request& request) {
    clients.push_back(sys.spawn([this, request](caf::event_based_actor* self) {
      self->request(gate, caf::infinite, atom::exchange_v, request)
        .then([this](const protocol::http_outcome& outcome) { heard.push_back(outcome); });
    }));
    settle();
  }
  /// A body that `who` follows under that ticket.
  void put(const body_watcher_actor& who, std::uint32_t ticket) {
    auto request = job.at.probe();
    request.verb = method::put;
    request.content = "body";
    clients.push_back(sys.spawn([this, who, ticket, request](caf::event_based_actor* self) {
      self->request(gate, caf::infinite, atom::exchange_v, request, who, ticket)
        .then([this](const protocol::http_outcome& outcome) { heard.push_back(outcome); });
    }));
    settle();
  }
  void cancel(const body_watcher_actor& who, std::uint32_t ticket) {
    caf::anon_send(gate, atom::cancel_v, who, ticket, too_slow);
    settle();
  }
  /// The n-th answer is none, but a request that was cancelled for being too slow.
  void expect_cancelled(std::size_t n) const {
    ASSERT_GT(heard.size(), n);
    ASSERT_NE(heard[n].failed(), nullptr);
    EXPECT_EQ(heard[n].failed()->why.code, protocol::errc::unavailable);
    EXPECT_EQ(heard[n].failed()->why.message, too_slow.message);
  }
  /// The status of everything heard.
  std::vector<int> statuses() const {
    std::vector<int> all;
    for (const auto& outcome : heard)
      all.push_back(outcome.response() == nullptr ? 0 : outcome.response()->status);
    return all;
  }
  std::size_t probes() const {
    return net->count(method::get, "/v2/");
  }
  std::size_t token_requests() const {
    return net->count(method::get, "https://auth.test/token");
  }

  const protocol::failure too_slow{protocol::errc::unavailable, "slower than the others", {}};
  std::shared_ptr<network> net = std::make_shared<network>();
  http_actor http;
  token_actor tokens;
  engagement job;
  gateway_state::interface gate;
  gateway_actor second;
  std::vector<caf::actor> clients;
  std::vector<protocol::http_outcome> heard;
  bool hold_tokens = false;
  bool hold_others = false;
  int token_server_status = 200;
  std::string token_answer; ///< instead of t1, t2, …
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

TEST_F(Gateway, SaysOfARefusalWhatTheTokenLacks) {
  accepted = 0; // none is taken
  // {"access":[]}, by coreutils' basenc
  token_answer = R"({"token":"e30.eyJhY2Nlc3MiOltdfQ.c2ln"})";
  ask();
  ASSERT_EQ(statuses(), std::vector{401});
  EXPECT_EQ(heard[0].response()->remark,
            "the token that https://auth.test/token gave allows nothing in m/x");
}

/// The token lives 100 s, so that it is renewed at 80.
TEST_F(Gateway, RenewsATokenThatWouldNotLastForABody) {
  const auto put = [this](std::uint64_t bytes) {
    auto request = job.at.probe();
    request.verb = method::put;
    request.file = {"/blob", 0, bytes, bytes};
    send(request);
  };
  ask();
  hold_others = true;
  put(10'000'000);
  pass(10s, 1s); // 1 MB a second
  net->let_go(0);
  settle();
  put(60'000'000); // lasts 60 s; the token, which is 10 s old, 70
  EXPECT_EQ(token_requests(), 1u);
  pass(5s, 1s);
  accepted = 2;
  put(80'000'000); // lasts 80 s; the token 65
  EXPECT_EQ(token_requests(), 2u);
}

TEST_F(Gateway, DoesNotRenewANewTokenForABodyThatOutlivesEvery) {
  ask();
  hold_others = true;
  auto request = job.at.probe();
  request.verb = method::put;
  request.file = {"/blob", 0, 1'000'000, 1'000'000};
  send(request);
  pass(5s, 1s); // 0.2 MB a second
  net->let_go(0);
  settle();
  hold_others = false;
  request.file = {"/blob", 0, 1'000'000'000, 1'000'000'000};
  send(request);
  EXPECT_EQ(token_requests(), 1u);
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

TEST_F(Gateway, UsesTheTokenThatItIsToldOf) {
  ask();
  ASSERT_EQ(token_requests(), 1u);
  accepted = 7; // another node has got it
  caf::anon_send(gate, atom::authorize_v, authorization{"Bearer t7", 60s, {}});
  ask();
  EXPECT_EQ(statuses(), (std::vector{200, 200}));
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

TEST_F(Gateway, RenewsATokenThatAnotherHasFetchedByFourFifthsOfItsLife) {
  ask();
  pass(50s, 1s);
  ask(second);
  pass(29s, 1s); // 79 s
  ask(second);
  EXPECT_EQ(token_requests(), 1u);
  accepted = 2; // the first token is no longer taken
  pass(1s, 1s);
  ask(second);
  EXPECT_EQ(token_requests(), 2u);
  ask();
  EXPECT_EQ(token_requests(), 2u); // it is there already
  EXPECT_THAT(statuses(), testing::Each(200));
  EXPECT_EQ(heard.size(), 5u);
  EXPECT_EQ(probes(), 6u); // a 401 at the very first, and no other
}

TEST_F(Gateway, ManyRequestsAroundARenewalCostOneToken) {
  ask();
  pass(50s, 1s);
  ask(second);
  pass(29s, 1s);
  hold_others = true;
  ask(8);
  ask(second, 8); // on their way with the first token
  pass(1s, 1s);
  accepted = 2;
  hold_others = false;
  hold_tokens = true;
  ask(24);
  ask(second, 24);
  while (net->held.size() > 1)
    net->let_go(0); // the registry refuses them
  settle();
  EXPECT_EQ(heard.size(), 2u);
  EXPECT_EQ(token_requests(), 2u);
  net->let_go(0);
  settle();
  EXPECT_EQ(heard.size(), 66u);
  EXPECT_THAT(statuses(), testing::Each(200));
  EXPECT_EQ(token_requests(), 2u);
}

TEST_F(Gateway, UsesTheOldTokenUntilItIsRefusedWhenItsRenewalFails) {
  ask();
  pass(80s, 1s);
  token_server_status = 503;
  ask(5);
  EXPECT_EQ(token_requests(), 2u);
  pass(5s, 1s);
  ask(second, 5); // it learns of that token only now
  pass(15s, 1s);
  ask(5);
  EXPECT_THAT(statuses(), testing::Each(200));
  EXPECT_EQ(heard.size(), 16u);
  token_server_status = 200;
  accepted = 2;
  ask(5);
  ask(second, 5);
  EXPECT_EQ(heard.size(), 26u);
  EXPECT_THAT(statuses(), testing::Each(200));
  EXPECT_EQ(token_requests(), 3u);
}

TEST_F(Gateway, RenewsItsTokenThroughATokenActorThatHasForgottenEverything) {
  auto behind = tokens;
  token_actor way = sys.spawn([&behind](token_actor::pointer self) -> token_actor::behavior_type {
    return {[self, &behind](atom::authorize, const authorization_request& request) {
      return self->delegate(behind, atom::authorize_v, request);
    }};
  });
  auto first = sys.spawn(gateway, http, way, job, throttle_news{});
  auto late = sys.spawn(gateway, http, way, job, throttle_news{});
  ask(first);
  ask(late);
  pass(80s, 1s);
  behind = sys.spawn(token, http, find);
  ask(late); // it has seen no challenge: it keeps what it has
  EXPECT_EQ(token_requests(), 1u);
  accepted = 2;
  ask(first);
  EXPECT_EQ(token_requests(), 2u);
  EXPECT_THAT(statuses(), testing::Each(200));
  EXPECT_EQ(probes(), 5u); // a 401 at the very first, and no other
  caf::anon_send_exit(behind, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(way, caf::exit_reason::user_shutdown);
  settle();
}

TEST_F(Gateway, GoesOnWithWhatItHasWhenTheTokenActorIsGone) {
  ask();
  caf::anon_send_exit(tokens, caf::exit_reason::user_shutdown);
  pass(80s, 1s);
  ask(3);
  EXPECT_THAT(statuses(), testing::Each(200));
  EXPECT_EQ(heard.size(), 4u);
}

TEST_F(Gateway, GivesTheRefusalBackWhenANewTokenIsRefusedToo) {
  accepted = 0;
  ask();
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_EQ(heard[0].response()->status, 401);
  EXPECT_EQ(token_requests(), 1u);
}

TEST_F(Gateway, CancelsTheOneBodyThatIsMeant) {
  job.lane = 7;
  gate = sys.spawn(gateway, http, tokens, job, throttle_news{});
  const auto first = sys.spawn(watcher);
  const auto other = sys.spawn(watcher);
  ask(); // now there is a token
  hold_others = true;
  put(first, 1);
  put(first, 2);
  put(other, 1);
  ASSERT_EQ(net->held.size(), 3u);
  const auto tag = net->held[1].request.tag;
  cancel(first, 2);
  expect_cancelled(1);
  EXPECT_EQ(net->cancelled, (std::vector<std::pair<std::uint32_t, std::uint32_t>>{{7, tag}}));
  ASSERT_EQ(net->held.size(), 2u);
  net->let_go(0);
  net->let_go(0);
  settle();
  EXPECT_EQ(statuses(), (std::vector{200, 0, 200, 200}));
}

TEST_F(Gateway, GivesEachWatchedRequestATagOfItsOwnAndOthersNone) {
  const auto someone = sys.spawn(watcher);
  ask();
  put(someone, 1);
  put(someone, 1);
  ASSERT_EQ(net->asked.size(), 5u); // 401, the token, and the three
  EXPECT_EQ(net->asked[2].tag, 0u);
  EXPECT_NE(net->asked[3].tag, 0u);
  EXPECT_NE(net->asked[4].tag, 0u);
  EXPECT_NE(net->asked[3].tag, net->asked[4].tag);
}

TEST_F(Gateway, CancelsNothingThatIsNotThere) {
  const auto someone = sys.spawn(watcher);
  const auto stranger = sys.spawn(watcher);
  ask();
  put(someone, 1);
  hold_others = true;
  put(someone, 2);
  cancel(someone, 1); // has its answer
  cancel(someone, 3); // never was
  cancel(stranger, 2);
  cancel(body_watcher_actor{}, 0);
  EXPECT_TRUE(net->cancelled.empty());
  net->let_go(0);
  settle();
  EXPECT_EQ(statuses(), (std::vector{200, 200, 200}));
}

TEST_F(Gateway, CancelsOnce) {
  const auto someone = sys.spawn(watcher);
  ask();
  hold_others = true;
  put(someone, 1);
  caf::anon_send(gate, atom::cancel_v, someone, std::uint32_t{1}, too_slow);
  cancel(someone, 1);
  EXPECT_EQ(net->cancelled.size(), 1u);
  EXPECT_EQ(heard.size(), 2u);
}

TEST_F(Gateway, CancelsABodyThatWaitsForAToken) {
  const auto someone = sys.spawn(watcher);
  hold_tokens = true;
  put(someone, 1); // refused; the gateway asks for a token
  cancel(someone, 1);
  expect_cancelled(0);
  net->let_go(0);
  settle();
  EXPECT_EQ(heard.size(), 1u);
  EXPECT_EQ(net->count(method::put), 1u) << "it does not leave once more";
}

TEST_F(Gateway, CancelsABodyThatWaitsForARenewal) {
  const auto someone = sys.spawn(watcher);
  ask();
  pass(81s, 1s);
  hold_tokens = true;
  put(someone, 1);
  cancel(someone, 1);
  expect_cancelled(1);
  net->let_go(0);
  settle();
  EXPECT_EQ(heard.size(), 2u);
  EXPECT_EQ(net->count(method::put), 0u);
}

TEST_F(Gateway, DoesNotFollowARedirectThatCrossedTheCancellation) {
  const auto someone = sys.spawn(watcher);
  ask();
  hold_others = true;
  put(someone, 1);
  caf::anon_send(gate, atom::cancel_v, someone, std::uint32_t{1}, too_slow);
  net->end(0, network::answer(307, {{"Location", "https://elsewhere.test/"}}));
  settle();
  expect_cancelled(1);
  EXPECT_EQ(net->count(method::put), 1u);
}

TEST_F(Gateway, BelievesAnAnswerThatCrossedTheCancellation) {
  const auto someone = sys.spawn(watcher);
  ask();
  hold_others = true;
  put(someone, 1);
  caf::anon_send(gate, atom::cancel_v, someone, std::uint32_t{1}, too_slow);
  net->end(0, network::answer(201));
  settle();
  EXPECT_EQ(statuses(), (std::vector{200, 201}));
}

TEST_F(Gateway, ATokenServerInTroubleIsTroubleAndNotTheEnd) {
  token_server_status = 503;
  ask();
  ASSERT_EQ(heard.size(), 1u);
  ASSERT_NE(heard[0].failed(), nullptr);
  EXPECT_EQ(heard[0].failed()->why.code, protocol::errc::unavailable);
  EXPECT_EQ(heard[0].failed()->reason, "503");
  EXPECT_EQ(heard[0].failed()->retry_after, "20");
  token_server_status = 200;
  ask();
  EXPECT_EQ(heard[1].response()->status, 200);
}

TEST_F(Gateway, ATokenServerThatNamesATimeIsAskedAgainThenAndCountedUnderItsStatus) {
  token_server_status = 429;
  std::vector<setback_note> notes;
  bool reached = false;
  auto asking
    = sys.spawn([&](asking_state::pointer self) -> asking_state::interface::behavior_type {
        self->state.questions.wire(self, gate, [&](setback_note note) { notes.push_back(note); });
        self->state.questions.ask<std::monostate>(
          job.at.probe(),
          [this](const protocol::http_outcome& outcome) { return judge_probe(outcome, job.at); },
          [&](const protocol::result<std::monostate>& end) { reached = static_cast<bool>(end); });
        return {[self](atom::again, std::uint32_t ticket) { self->state.questions.again(ticket); }};
      });
  settle();
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0].reason, "429");
  EXPECT_THAT(notes[0].detail, HasSubstr("https://auth.test/token"));
  token_server_status = 200;
  pass(19s);
  EXPECT_EQ(token_requests(), 1u);
  pass(3s); // 20 s, and a tenth more at most
  EXPECT_EQ(token_requests(), 2u);
  EXPECT_TRUE(reached);
  EXPECT_EQ(notes.size(), 1u);
  caf::anon_send_exit(asking, caf::exit_reason::user_shutdown);
  settle();
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
