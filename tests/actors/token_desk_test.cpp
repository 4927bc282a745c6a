#include "actors/token_desk.hpp"

#include "actors/errors.hpp"
#include "tests/support/virtual_time.hpp"

#include <gmock/gmock.h>

#include <memory>

// Several nodes that share a coordinator's tokens.

namespace flotilla::actors {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// What one node was answered, and told unasked.
struct node_ear {
  std::vector<std::string> answers;
  std::vector<std::string> told;
  std::vector<protocol::failure> failures;
};

using ear_actor = token_listener_actor::extend<caf::reacts_to<atom::again, authorization_request>>;

ear_actor::behavior_type ear(ear_actor::pointer self, token_actor desk,
                             std::shared_ptr<node_ear> to) {
  return {
    [to](atom::authorize, const authorization& fresh) { to->told.push_back(fresh.field); },
    [self, desk, to](atom::again, const authorization_request& request) {
      self->request(desk, caf::infinite, atom::authorize_v, request)
        .then([to](const authorization& given) { to->answers.push_back(given.field); },
              [to](const caf::error& error) { to->failures.push_back(to_failure(error)); });
    },
  };
}

/// Answers with the token of the day.
token_actor::behavior_type office(token_actor::pointer, const std::string* token) {
  return {
    [token](atom::authorize, const authorization_request&) -> caf::result<authorization> {
      if (token->empty())
        return to_error({protocol::errc::unavailable, "no answer", {}});
      return authorization{*token, std::chrono::seconds{60}, {}};
    },
  };
}

class TokenDesk : public test::virtual_time {
protected:
  TokenDesk() {
    for (int i = 0; i < 3; ++i) {
      heard.push_back(std::make_shared<node_ear>());
      nodes.push_back(sys.spawn(ear, desk, heard.back()));
    }
  }
  ~TokenDesk() override {
    for (const auto& each : nodes)
      if (each)
        caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(desk, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(tokens, caf::exit_reason::user_shutdown);
    settle();
  }
  void ask(std::size_t node, const std::string& scope = "repository:m/x:pull,push") {
    authorization_request request;
    request.registry = *protocol::parse_url("https://registry.test");
    request.scopes = {scope};
    caf::anon_send(nodes[node], atom::again_v, request);
    settle();
  }

  std::string token = "Bearer t1";
  token_actor tokens = sys.spawn(office, &token);
  token_actor desk = sys.spawn(token_desk, tokens);
  std::vector<std::shared_ptr<node_ear>> heard;
  std::vector<ear_actor> nodes;
};

TEST_F(TokenDesk, TellsTheOthersOfANewToken) {
  for (std::size_t node : {0, 1, 2})
    ask(node);
  EXPECT_THAT(heard[0]->told, IsEmpty()) << "it has that one";
  token = "Bearer t2";
  ask(1);
  EXPECT_THAT(heard[1]->answers, ElementsAre("Bearer t1", "Bearer t2"));
  EXPECT_THAT(heard[1]->told, IsEmpty());
  EXPECT_THAT(heard[0]->told, ElementsAre("Bearer t2"));
  EXPECT_THAT(heard[2]->told, ElementsAre("Bearer t2"));
  ask(2);
  EXPECT_EQ(heard[0]->told.size(), 1u) << "it is not new any more";
}

TEST_F(TokenDesk, TellsNobodyWhoAskedForSomethingElse) {
  ask(0);
  ask(1, "repository:other/y:pull");
  token = "Bearer t2";
  ask(2);
  EXPECT_THAT(heard[0]->told, ElementsAre("Bearer t2"));
  EXPECT_THAT(heard[1]->told, IsEmpty());
}

TEST_F(TokenDesk, TellsNoPassword) {
  ask(0);
  token = "Basic c2VjcmV0";
  ask(1);
  EXPECT_THAT(heard[1]->answers, IsEmpty());
  ASSERT_EQ(heard[1]->failures.size(), 1u);
  EXPECT_EQ(heard[1]->failures[0].code, protocol::errc::unauthorized);
  EXPECT_THAT(heard[0]->told, IsEmpty());
}

TEST_F(TokenDesk, TellsNothingOfAnAnswerThatDidNotCome) {
  ask(0);
  token.clear();
  ask(1);
  EXPECT_EQ(heard[1]->failures.size(), 1u);
  EXPECT_THAT(heard[0]->told, IsEmpty());
}

TEST_F(TokenDesk, DoesWithoutWhoIsGone) {
  ask(0);
  ask(1);
  caf::anon_send_exit(nodes[0], caf::exit_reason::kill);
  settle();
  nodes[0] = ear_actor{};
  token = "Bearer t2";
  ask(2);
  EXPECT_THAT(heard[0]->told, IsEmpty());
  EXPECT_THAT(heard[1]->told, ElementsAre("Bearer t2"));
}

} // namespace
} // namespace flotilla::actors
