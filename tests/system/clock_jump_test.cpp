#include "tests/support/jumping_clock.hpp"
#include "tests/support/scripted_registry.hpp"
#include "tests/system/fleet.hpp"
#include "tests/system/gate.hpp"

#include <ctime>
#include <ostream>

namespace flotilla::test {

namespace {

struct jump {
  const char* name;
  std::chrono::hours by;
};

std::ostream& operator<<(std::ostream& to, const jump& of) {
  return to << of.name;
}

/// The time of day jumps while the registry holds bodies back.
class ClockJump : public ::testing::TestWithParam<jump> {
protected:
  jumping_clock clock;
  scripted_registry stage{guarded()};
  gate held;
  fleet_of_processes fleet; // ends before the registry, which waits for open connections
  const small_model model{fleet.flotilla, layers_of(20, 2000)};
  const std::string to = stage.address() + "/models/m:v1";

  ClockJump() {
    fleet.flotilla.env = clock.env();
    stage.on("PUT", "/uploads/", [this](const seen_request&) {
      held.pass();
      return std::optional<answer>{};
    });
  }
  void TearDown() override {
    held.open();
  }
  /// With tokens that live for five minutes: who looks at the time of day would have to renew them.
  static scripted_registry_options guarded() {
    scripted_registry_options options;
    options.entry.kind = login::bearer;
    return options;
  }
  void expect_brought(const ended& push) {
    EXPECT_EQ(push.status, 0) << push.said();
    EXPECT_LT(push.report.at("seconds"), 600.0);
    EXPECT_EQ(stage.content().manifest("models/m", "v1"), model.manifest.bytes);
  }
};

TEST_P(ClockJump, IsNothingToAPush) {
  process push{fleet.flotilla.order(program::with("push", model.source, to, {}))};
  ASSERT_TRUE(held.wait_for(2)) << push.err();
  const auto tokens = stage.count("", "^/token");
  clock.set(GetParam().by);
  held.open();
  const auto end = program::finish(push.wait());
  expect_brought(end);
  EXPECT_EQ(stage.count("", "^/token"), tokens) << "they are still good";
  EXPECT_GE(tokens, 1U);
}

TEST_P(ClockJump, DoesNotMakeItDeafToCtrlC) {
  process push{fleet.flotilla.order(program::with("push", model.source, to, {}))};
  ASSERT_TRUE(held.wait_for(2)) << push.err();
  clock.set(GetParam().by);
  push.signal(SIGINT);
  const auto end = push.wait(std::chrono::seconds{20});
  EXPECT_FALSE(end.timed_out);
  EXPECT_EQ(end.status, 130) << end.err;
}

TEST_P(ClockJump, IsNothingToAFleet) {
  fleet.start_coordinator();
  fleet.start_worker("a");
  fleet.start_worker("b");
  const auto push = fleet.begin_push(model.source, to);
  ASSERT_TRUE(held.wait_for(2)) << push->err();
  clock.set(GetParam().by);
  const auto id = fleet_of_processes::id_of(*push);
  EXPECT_TRUE(fleet.wait_for_nodes(2)) << fleet.coordinator().err();
  EXPECT_EQ(fleet.ask({"status", id}).status, 0);
  held.open();
  expect_brought(program::finish(push->wait()));
}

TEST_P(ClockJump, IsNothingToACoordinatorThatComesBack) {
  fleet.start_coordinator({"--lease", "2s"});
  fleet.start_worker("a");
  const auto push = fleet.begin_push(model.source, to);
  ASSERT_TRUE(held.wait_for(2)) << push->err();
  fleet.coordinator().signal(SIGKILL);
  fleet.coordinator().wait();
  clock.set(GetParam().by);
  fleet.start_coordinator({"--lease", "2s"});
  EXPECT_NE(fleet.coordinator().err().find("pushes that go on: 1"), std::string::npos);
  held.open();
  expect_brought(program::finish(push->wait()));
}

INSTANTIATE_TEST_SUITE_P(OfTheTimeOfDay, ClockJump,
                         ::testing::Values(jump{"AYearAhead", std::chrono::hours{24 * 365}},
                                           jump{"AYearBack", std::chrono::hours{-24 * 365}},
                                           jump{"AnHourAhead", std::chrono::hours{1}},
                                           jump{"AnHourBack", std::chrono::hours{-1}}),
                         [](const auto& of) { return std::string{of.param.name}; });

/// A date is of the registry's clock. To one that is ahead of it the moment has passed; one that is
/// behind waits for as long as the longest `Retry-After` (tests/protocol/retry_test.cpp).
TEST(ClockThatIsWrong, DoesNotKeepAPushFromTryingAgain) {
  const jumping_clock clock;
  clock.set(std::chrono::hours{1});
  program flotilla;
  flotilla.env = clock.env();
  const small_model model{flotilla};
  scripted_registry there;
  auto busy = registry_error(503, "UNAVAILABLE", "busy");
  const auto at = std::time(nullptr) + 600;
  char date[40];
  std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", std::gmtime(&at));
  busy.headers.emplace_back("Retry-After", date);
  there.on("POST", "/uploads/", busy);
  const auto pushed = flotilla.push(model.source, there.address() + "/m:v1");
  EXPECT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(pushed.report.at("retries").at("503"), 1);
}

/// The clock of the tests itself, by a program that is not ours.
TEST(JumpingClock, IsWhatAProgramSees) {
  const jumping_clock clock;
  const auto year = [&] {
    command order{{"date", "+%Y"}, clock.env(), "", "", false};
    return std::stoi(run_or_throw(std::move(order)));
  };
  const auto now = year();
  clock.set(std::chrono::hours{24 * 366 * 2});
  EXPECT_GE(year(), now + 2);
  clock.set(-std::chrono::hours{24 * 366 * 2});
  EXPECT_LE(year(), now - 2);
}

} // namespace

} // namespace flotilla::test
