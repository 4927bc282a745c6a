#include "tests/simulation/link.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <vector>

// Connections between processes, as actors see them.

namespace flotilla::simulation {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

/// A token actor at the head, and who asks it from a node.
class Link : public ::testing::Test {
protected:
  Link() {
    far = over->proxy(link::end::worker, token);
  }
  ~Link() override {
    over->close();
    far = actors::token_actor{};
    caf::anon_send_exit(token, caf::exit_reason::user_shutdown);
    for (const auto& each : askers)
      caf::anon_send_exit(each, caf::exit_reason::kill);
    on.end();
  }

  void ask(const std::string& challenge) {
    askers.push_back(on.system().spawn([this, challenge](caf::event_based_actor* self) {
      self
        ->request(far, 10s, atom::authorize_v, actors::authorization_request{{}, {}, challenge, {}})
        .then([this](actors::authorization& given) { answers.push_back(given.field); },
              [this](const caf::error& error) { answers.push_back(caf::to_string(error)); });
    }));
  }
  void watch_far() {
    askers.push_back(on.system().spawn([this](caf::event_based_actor* self) -> caf::behavior {
      self->monitor(far);
      self->set_down_handler([this](const caf::down_msg&) { answers.push_back("down"); });
      return {[](int) {}};
    }));
  }
  void pass(std::chrono::milliseconds time) {
    auto end = on.now() + time;
    bool due = false;
    on.later(time, [&due] { due = true; });
    while (!due && on.step() && on.now() <= end) {
    }
  }

  stage on{1, 50};
  std::shared_ptr<link> over = std::make_shared<link>(on, 1ms, 30ms);
  std::vector<std::string> asked, answers;
  actors::token_actor token
    = on.system().spawn([this](actors::token_actor::pointer) -> actors::token_actor::behavior_type {
        return {[this](atom::authorize, const actors::authorization_request& what) {
          asked.push_back(what.challenge);
          return actors::authorization{"field of " + what.challenge, {}, {}};
        }};
      });
  actors::token_actor far;
  std::vector<caf::actor> askers;
};

TEST_F(Link, CarriesQuestionsAndAnswers) {
  ask("one");
  EXPECT_THAT(answers, IsEmpty());
  pass(100ms);
  EXPECT_THAT(answers, ElementsAre("field of one"));
}

TEST_F(Link, KeepsTheOrderInWhichThingsWereSent) {
  std::vector<std::string> sent;
  for (int i = 0; i < 20; ++i) {
    sent.push_back(std::to_string(i));
    caf::anon_send(far, atom::authorize_v, actors::authorization_request{{}, {}, sent.back(), {}});
  }
  pass(1s);
  EXPECT_EQ(asked, sent);
}

TEST_F(Link, LosesAllThatIsUnderWayOnceItIsCut) {
  ask("one");
  while (asked.empty())
    on.step();
  over->cut();
  ask("two");
  pass(5s);
  EXPECT_THAT(asked, ElementsAre("one"));
  EXPECT_THAT(answers, IsEmpty()) << "nobody is told, and the question stays open";
}

TEST_F(Link, TellsWhoWatchesOnceItsEndNotices) {
  watch_far();
  pass(10ms);
  over->cut();
  pass(1s);
  EXPECT_THAT(answers, IsEmpty());
  over->notice(link::end::worker);
  pass(10ms);
  EXPECT_THAT(answers, ElementsAre("down"));
}

TEST_F(Link, BringsTheNewsOfADeath) {
  watch_far();
  pass(10ms);
  caf::anon_send_exit(token, caf::exit_reason::user_shutdown);
  pass(1s);
  EXPECT_THAT(answers, ElementsAre("down"));
}

TEST_F(Link, HoldsBackWhatIsSentWhileItStalls) {
  over->stall(on.now() + 2s);
  ask("one");
  pass(1900ms);
  EXPECT_THAT(asked, IsEmpty());
  pass(200ms);
  EXPECT_THAT(answers, ElementsAre("field of one"));
}

TEST_F(Link, KnowsAnActorThatComesHome) {
  EXPECT_EQ(over->proxy(link::end::head, far), token);
  EXPECT_EQ(over->proxy(link::end::worker, token), far) << "one proxy for each";
}

} // namespace
} // namespace flotilla::simulation
