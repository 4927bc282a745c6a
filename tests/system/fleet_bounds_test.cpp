#include "tests/support/scripted_registry.hpp"
#include "tests/system/fleet.hpp"
#include "tests/system/peak_memory.hpp"

namespace flotilla::test {

namespace {

const std::uint64_t much_memory = is_sanitized() ? 2048ULL << 20 : 128 << 20; // bytes
const std::size_t many_blobs = is_sanitized() ? 4'000 : 20'000;

TEST(FleetBounds, HoldForManySmallBlobs) {
  scripted_registry there; // ends after the fleet: it waits for open connections
  fleet_of_processes fleet;
  fleet.start_coordinator();
  fleet.start_worker("a");
  const small_model model{fleet.flotilla, layers_of(many_blobs, 16)};
  auto client = fleet.begin_push(model.source, there.address() + "/models/m:v1");
  const auto pushed = program::finish(client->wait(std::chrono::seconds{240}));
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(pushed.blobs("total"), model.blobs());
  EXPECT_LT(peak_memory_of(fleet.coordinator().pid()), much_memory);
  EXPECT_LT(peak_memory_of(fleet.worker("a").pid()), much_memory);
  EXPECT_EQ(there.content().manifest("models/m", "v1"), model.manifest.bytes);
  const auto sent = bodies(there);
  EXPECT_EQ(sent.size(), static_cast<std::size_t>(model.blobs()));
  for (const auto& [digest, count] : sent)
    EXPECT_EQ(count, 1) << digest;
  for (const auto& layer : model.layers)
    ASSERT_EQ(there.content().blob("models/m", layer.id().to_string()), layer.bytes);
}

} // namespace

} // namespace flotilla::test
