#include "tests/support/scripted_registry.hpp"
#include "tests/system/fleet.hpp"
#include "tests/system/gate.hpp"

#include <ostream>

namespace flotilla::test {

namespace {

/// The coordinator dies while the registry holds an answer back, which keeps the push in one phase
/// for as long as the test likes.
class FleetRestart : public ::testing::Test {
protected:
  scripted_registry stage;
  gate held;
  fleet_of_processes fleet; // ends before the registry, which waits for open connections
  const std::string to = stage.address() + "/models/m:v1";

  void TearDown() override {
    held.open();
  }
  /// From now on such requests wait at the gate.
  /// @param published only when the model is already there
  void hold(const std::string& method, const std::string& target, bool published = false) {
    stage.on(method, target, [this, published](const seen_request&) {
      if (!published || stage.content().manifest("models/m", "v1"))
        held.pass();
      return std::optional<answer>{};
    });
  }
  /// With a lease that is longer than a node's longest pause between two attempts (2 s): each is
  /// back before its work is given to another.
  void start_coordinator() {
    fleet.start_coordinator({"--lease", "8s"});
  }
  void kill_coordinator() {
    fleet.coordinator().signal(SIGKILL);
    fleet.coordinator().wait();
  }
  nlohmann::json status(const std::string& id) const {
    return fleet.ask({"status", id}).report;
  }
  bool wait_until_ended(const std::string& id) const {
    for (int i = 0; i < 300; ++i) {
      if (const auto now = status(id); now.is_object() && now.value("ended", false))
        return true;
      std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
    return false;
  }
  /// The client followed all the time: it learns of a good end.
  void expect_brought(process& client, const small_model& model) {
    const auto end = program::finish(client.wait(std::chrono::seconds{120}));
    ASSERT_EQ(end.status, 0) << end.said() << fleet.coordinator().err();
    EXPECT_EQ(end.report.at("digest"), model.manifest.id().to_string());
    EXPECT_EQ(pulled(to, fleet.flotilla / "pulled"), blobs_in(fleet.flotilla / "model"));
    const auto sent = bodies(stage);
    EXPECT_EQ(sent.size(), static_cast<std::size_t>(model.blobs()));
    for (const auto& [digest, count] : sent)
      EXPECT_EQ(count, 1) << digest << " was confirmed or on the wire, and was sent again";
  }
  /// A client that is stopped while its push ends, and asks only a coordinator that came after
  /// that.
  std::unique_ptr<process> push_that_ends_unheard(const small_model& model) {
    start_coordinator();
    fleet.start_worker("a");
    auto client = fleet.begin_push(model.source, to);
    const auto id = fleet_of_processes::id_of(*client);
    EXPECT_TRUE(held.wait_for(1));
    client->signal(SIGSTOP);
    held.open();
    EXPECT_TRUE(wait_until_ended(id));
    kill_coordinator();
    start_coordinator();
    client->signal(SIGCONT);
    return client;
  }
};

// ---- before the registry is asked ------------------------------------------------------------

TEST_F(FleetRestart, WhileThePushWaitsForItsFirstNode) {
  start_coordinator();
  const small_model model{fleet.flotilla};
  auto client = fleet.begin_push(model.source, to);
  const auto id = fleet_of_processes::id_of(*client);
  EXPECT_EQ(status(id).at("waiting"), "no node has joined");
  kill_coordinator();
  start_coordinator();
  fleet.start_worker("a");
  expect_brought(*client, model);
}

TEST_F(FleetRestart, WhileTheSourceIsRead) {
  start_coordinator();
  auto& worker = fleet.start_worker("a");
  worker.signal(SIGSTOP); // it is asked for the source, and does not answer
  const small_model model{fleet.flotilla};
  auto client = fleet.begin_push(model.source, to);
  const auto id = fleet_of_processes::id_of(*client);
  EXPECT_EQ(status(id).at("phase"), "reading the source");
  kill_coordinator();
  start_coordinator();
  worker.signal(SIGCONT);
  expect_brought(*client, model);
}

// ---- in each phase that the registry can hold up ---------------------------------------------

struct moment {
  const char* name;
  const char* method;              ///< of the requests that are held; empty: any
  const char* target;              ///< a regular expression
  const char* phase;               ///< as `status` tells it
  bool published = false;          ///< hold them only when the model is there
  bool answered_meanwhile = false; ///< the answers come while there is no coordinator
  std::vector<std::string> flags = {};
};

std::ostream& operator<<(std::ostream& to, const moment& of) {
  return to << of.name;
}

class FleetRestartWhile : public FleetRestart, public ::testing::WithParamInterface<moment> {};

TEST_P(FleetRestartWhile, LosesNothing) {
  const auto& now = GetParam();
  hold(now.method, now.target, now.published);
  start_coordinator();
  fleet.start_worker("a");
  fleet.start_worker("b");
  const small_model model{fleet.flotilla, layers_of(40, 5000)};
  auto client = fleet.begin_push(model.source, to, now.flags);
  const auto id = fleet_of_processes::id_of(*client);
  ASSERT_TRUE(held.wait_for(1));
  EXPECT_EQ(status(id).at("phase"), now.phase);
  kill_coordinator();
  if (now.answered_meanwhile)
    held.open();
  start_coordinator();
  EXPECT_TRUE(fleet.wait_for_nodes(2)) << fleet.coordinator().err();
  held.open();
  expect_brought(*client, model);
}

INSTANTIATE_TEST_SUITE_P(
  EachPhase, FleetRestartWhile,
  ::testing::Values(
    moment{"TheRegistryIsReached", "GET", "^/v2/$", "reaching the registry", false, true},
    moment{"TheManifestIsLookedFor", "HEAD", "/manifests/", "reaching the registry"},
    moment{"BlobsAreChecked", "HEAD", "/blobs/", "sending", false, false, {"--check", "always"}},
    moment{"SessionsAreOpened", "POST", "/uploads/", "sending", false, true},
    moment{"BodiesAreSent", "PUT", "/uploads/", "sending"},
    moment{"BodiesAreConfirmed", "PUT", "/uploads/", "sending", false, true},
    moment{"TheManifestIsPut",
           "PUT",
           "/manifests/v1",
           "publishing the manifest",
           false,
           false,
           {"--tag", "v2"}},
    moment{"TheLastTagIsPut",
           "PUT",
           "/manifests/v2",
           "publishing the manifest",
           false,
           true,
           {"--tag", "v2"}},
    moment{"WhatIsServedIsCompared", "", "/manifests/", "verifying", true},
    moment{
      "BlobsAreLookedAtAgain", "HEAD", "/blobs/", "verifying", true, false, {"--verify", "blobs"}}),
  [](const auto& of) { return std::string{of.param.name}; });

TEST_F(FleetRestart, AgainAndAgain) {
  hold("PUT", "/uploads/");
  start_coordinator();
  fleet.start_worker("a");
  const small_model model{fleet.flotilla, layers_of(40, 5000)};
  auto client = fleet.begin_push(model.source, to);
  ASSERT_TRUE(held.wait_for(1));
  for (int i = 0; i < 3; ++i) {
    kill_coordinator();
    start_coordinator();
  }
  held.open();
  expect_brought(*client, model);
}

// ---- after the end ---------------------------------------------------------------------------

TEST_F(FleetRestart, BeforeTheClientHasHeardOfTheEnd) {
  hold("PUT", "/manifests/v1");
  const small_model model{fleet.flotilla};
  const auto client = push_that_ends_unheard(model);
  expect_brought(*client, model);
}

TEST_F(FleetRestart, BeforeTheClientHasHeardOfAFailure) {
  hold("PUT", "/manifests/v1");
  stage.on("PUT", "/manifests/v1", registry_error(403, "DENIED", "no tags today"));
  const small_model model{fleet.flotilla};
  const auto client = push_that_ends_unheard(model);
  const auto end = program::finish(client->wait());
  EXPECT_EQ(end.status, 4) << end.said();
  EXPECT_TRUE(end.says("no tags today")) << end.err;
}

} // namespace

} // namespace flotilla::test
