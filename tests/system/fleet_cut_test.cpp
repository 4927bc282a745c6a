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
  const small_model model{fleet.flotilla, layers_of(60, 50'000)};
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

} // namespace

} // namespace flotilla::test
