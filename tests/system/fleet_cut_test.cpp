#include "tests/system/fleet.hpp"
#include "tests/system/own_network.hpp"

namespace flotilla::test {

namespace {

/// Packets are dropped between two processes that both live: neither gets a reset.
class FleetCut : public ::testing::Test {
protected:
  own_network network; // before all that shall live in it
  fleet_of_processes fleet;

  std::string coordinator_port() const {
    const auto& place = fleet.coordinator_place();
    return place.substr(place.rfind(':') + 1);
  }
};

TEST_F(FleetCut, IsNoticedAndTheNodeComesBack) {
  fleet.start_coordinator();
  fleet.start_worker("a");
  fleet.start_worker("b");
  const small_model model{fleet.flotilla, layers_of(240, 50'000)};
  auto client = fleet.begin_push(model.source, fleet.to("m:v1"), {"--bandwidth", "100kB"});
  const auto id = fleet_of_processes::id_of(*client);
  ASSERT_TRUE(fleet.wait_until_sent(id, 150'000));
  const auto port = own_network::port_of(fleet.worker("a").pid(), coordinator_port());
  ASSERT_NE(port, "");
  own_network::cut(port, coordinator_port());
  EXPECT_TRUE(fleet.coordinator().wait_for("node a is lost")) << fleet.coordinator().err();
  EXPECT_TRUE(fleet.worker("a").wait_for("is lost")) << fleet.worker("a").err();
  EXPECT_TRUE(fleet.wait_for_nodes(2)) << "by a line of its own: " << fleet.worker("a").err();
  own_network::heal(port, coordinator_port()); // what the old line still held may come now
  ASSERT_EQ(fleet.ask({"limit", id, "--bandwidth", "0"}).status, 0);
  EXPECT_EQ(client->wait().status, 0) << client->err();
  EXPECT_EQ(pulled(fleet.to("m:v1"), fleet.flotilla / "pulled"),
            blobs_in(fleet.flotilla / "model"));
}

/// A place that answers to nobody, as behind a firewall that drops.
TEST_F(FleetCut, BeforeItsFirstCallHoldsNoWorkerUp) {
  fleet.start_coordinator();
  own_network::swallow(coordinator_port());
  auto& patient = fleet.launch("a", fleet.flotilla.order(fleet.worker_args("a")));
  auto& called_off = fleet.launch("b", fleet.flotilla.order(fleet.worker_args("b")));
  const auto sentence
    = "no coordinator: " + fleet.coordinator_place() + ": Connection timed out; trying again";
  EXPECT_TRUE(patient.wait_for(sentence)) << patient.err();
  EXPECT_TRUE(called_off.wait_for(sentence)) << called_off.err();
  called_off.signal(SIGTERM);
  EXPECT_EQ(called_off.wait().status, 0) << called_off.err();
  own_network::heal_all();
  EXPECT_TRUE(patient.wait_for("joined the fleet")) << patient.err();
}

TEST_F(FleetCut, OfAllThatGoesToTheCoordinatorHoldsNoWorkerUp) {
  fleet.start_coordinator();
  auto& patient = fleet.start_worker("a");
  auto& called_off = fleet.start_worker("b");
  own_network::swallow(coordinator_port());
  for (auto* worker : {&patient, &called_off}) {
    EXPECT_TRUE(worker->wait_for("is lost")) << worker->err();
    EXPECT_TRUE(worker->wait_for("Connection timed out; trying again")) << worker->err();
  }
  for (const auto* node : {"node a is lost", "node b is lost"})
    EXPECT_TRUE(fleet.coordinator().wait_for(node)) << fleet.coordinator().err();
  called_off.signal(SIGTERM);
  EXPECT_EQ(called_off.wait().status, 0) << called_off.err();
  own_network::heal_all();
  EXPECT_TRUE(fleet.wait_for_nodes(1)) << patient.err();
}

/// The worker has looked whether somebody is there, and then CAF is the one that waits in vain:
/// for as long as the system sends its first packet again, two minutes.
TEST_F(FleetCut, BetweenTwoConnectionsHoldsNoWorkerUp) {
  fleet.start_coordinator();
  own_network::swallow_all_but_one(coordinator_port());
  auto& worker = fleet.launch("a", fleet.flotilla.order(fleet.worker_args("a")));
  EXPECT_TRUE(worker.wait_for("trying again")) << worker.err();
  worker.signal(SIGTERM);
  EXPECT_EQ(worker.wait().status, 0) << worker.err();
}

} // namespace

} // namespace flotilla::test
