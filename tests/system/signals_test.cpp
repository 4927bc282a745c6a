#include "tests/support/scripted_registry.hpp"
#include "tests/system/fleet.hpp"
#include "tests/system/gate.hpp"

#include <ostream>

namespace flotilla::test {

namespace {

struct signal_case {
  const char* name;
  int number;
};

std::ostream& operator<<(std::ostream& to, const signal_case& of) {
  return to << of.name;
}

/// A process of a fleet is asked to end while the registry holds bodies back, in each of the two
/// ways.
class Signal : public ::testing::TestWithParam<signal_case> {
protected:
  scripted_registry stage;
  gate held;
  fleet_of_processes fleet; // ends before the registry, which waits for open connections
  const small_model model{fleet.flotilla, layers_of(20, 2000)};
  const std::string to = stage.address() + "/models/m:v1";

  void TearDown() override {
    held.open();
  }
  /// With a short lease: one that comes back waits so long for its nodes.
  void start_coordinator() {
    fleet.start_coordinator({"--lease", "2s"});
  }
  /// A push whose bodies wait at the gate.
  std::unique_ptr<process> push_that_waits() {
    stage.on("PUT", "/uploads/", [this](const seen_request&) {
      held.pass();
      return std::optional<answer>{};
    });
    start_coordinator();
    fleet.start_worker("a");
    auto client = fleet.begin_push(model.source, to);
    EXPECT_TRUE(held.wait_for(2)) << client->err();
    return client;
  }
  void expect_brought(process& client) {
    const auto end = client.wait();
    EXPECT_EQ(end.status, 0) << end.err << fleet.coordinator().err();
    EXPECT_EQ(stage.content().manifest("models/m", "v1"), model.manifest.bytes);
    for (const auto& each : model.layers)
      EXPECT_EQ(stage.content().blob("models/m", each.id().to_string()), each.bytes);
  }
};

TEST_P(Signal, LetsAWorkerFinishWhatIsOnTheWire) {
  const auto client = push_that_waits();
  auto& worker = fleet.worker("a");
  worker.signal(GetParam().number);
  EXPECT_TRUE(worker.wait_for("leaving")) << worker.err();
  held.open();
  const auto left = worker.wait();
  EXPECT_EQ(left.status, 0) << left.err;
  EXPECT_EQ(left.err.find("not all of it was finished"), std::string::npos) << left.err;
  fleet.start_worker("b");
  expect_brought(*client);
  for (const auto& [digest, count] : bodies(stage))
    EXPECT_EQ(count, 1) << digest;
}

TEST_P(Signal, TwiceEndsAWorkerAtOnce) {
  const auto client = push_that_waits();
  auto& worker = fleet.worker("a");
  worker.signal(GetParam().number);
  EXPECT_TRUE(worker.wait_for("leaving")) << worker.err();
  worker.signal(GetParam().number);
  EXPECT_EQ(worker.wait().status, 130);
  held.open();
  fleet.start_worker("b");
  expect_brought(*client);
}

TEST_P(Signal, LetsACoordinatorComeBackToItsPushes) {
  const auto client = push_that_waits();
  fleet.coordinator().signal(GetParam().number);
  const auto left = fleet.coordinator().wait();
  EXPECT_EQ(left.status, 0) << left.err;
  held.open();
  start_coordinator();
  EXPECT_NE(fleet.coordinator().err().find("pushes that go on: 1"), std::string::npos);
  expect_brought(*client);
}

/// docs/decisions/0009: it only watches.
TEST_P(Signal, EndsAClientAndNotItsPush) {
  const auto client = push_that_waits();
  const auto id = fleet_of_processes::id_of(*client);
  client->signal(GetParam().number);
  const auto left = program::finish(client->wait());
  EXPECT_EQ(left.status, 130) << left.said();
  EXPECT_TRUE(left.says("flotilla status " + id)) << left.err;
  EXPECT_EQ(left.report.at("error").at("code"), 130);
  const auto again = fleet.begin_push(model.source, to);
  EXPECT_EQ(fleet_of_processes::id_of(*again), id) << "it goes on, and is found again";
  held.open();
  expect_brought(*again);
}

INSTANTIATE_TEST_SUITE_P(By, Signal,
                         ::testing::Values(signal_case{"Sigint", SIGINT},
                                           signal_case{"Sigterm", SIGTERM}),
                         [](const auto& of) { return std::string{of.param.name}; });

} // namespace

} // namespace flotilla::test
