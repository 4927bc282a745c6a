#include "tests/support/relay.hpp"
#include "tests/support/scripted_registry.hpp"
#include "tests/system/fleet.hpp"

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <utility>

namespace flotilla::test {

namespace {

namespace fs = std::filesystem;

struct way {
  const char* name;
  bool by_fleet;
};

std::ostream& operator<<(std::ostream& to, const way& of) {
  return to << of.name;
}

/// A push to a real registry is held up in the middle of its bytes, by whatever lies between, while
/// something happens to the registry.
class RegistryDisaster : public ::testing::TestWithParam<way> {
protected:
  static constexpr std::size_t size = 512 << 10;

  fleet_of_processes fleet; ///< of whom the registry, too
  relay between{fleet.there.port()};
  const small_model model{fleet.flotilla, layers_of(8, size)};
  const std::string to = between.address() + "/models/m:v1";

  /// @param bytes that have gone to the registry when it is held up: some blobs are there, and some
  ///        are not
  std::unique_ptr<process> push_until(std::uint64_t bytes) {
    between.hold_after(bytes);
    auto begun = begin();
    EXPECT_TRUE(between.wait_until_held()) << begun->err();
    return begun;
  }
  std::unique_ptr<process> push_until_half() {
    return push_until(4 * size + size / 2);
  }
  void expect_brought(process& push) {
    const auto end = program::finish(push.wait());
    ASSERT_EQ(end.status, 0) << end.said() << fleet.there.said();
    EXPECT_EQ(pulled(fleet.to("m:v1"), fleet.flotilla / "pulled"),
              blobs_in(fleet.flotilla / "model"));
  }
  void kill_registry() {
    fleet.there.kill();
    between.shut();
  }
  void start_registry() {
    fleet.there.start();
    between.release();
    between.open();
  }
  /// The files of the blobs that are there, the oldest first: that one is confirmed, for others
  /// were sent after it.
  std::vector<std::string> stored() const {
    std::vector<std::string> files;
    for (const auto& each : model.layers)
      if (auto file = fleet.there.blob_file(each.id().to_string()); fs::exists(file))
        files.push_back(std::move(file));
    std::sort(files.begin(), files.end(), [](const auto& one, const auto& other) {
      return fs::last_write_time(one) < fs::last_write_time(other);
    });
    return files;
  }

  /// One body at a time: what was sent before the last is there.
  std::unique_ptr<process> begin() {
    std::vector<std::string> flags{"--uploads", "1"};
    if (!GetParam().by_fleet)
      return std::make_unique<process>(
        fleet.flotilla.order(program::with("push", model.source, to, flags)));
    if (!std::exchange(has_fleet_, true)) {
      fleet.start_coordinator();
      fleet.start_worker("a");
      fleet.start_worker("b");
    }
    return fleet.begin_push(model.source, to, flags);
  }

private:
  bool has_fleet_ = false;
};

TEST_P(RegistryDisaster, AKillInTheMiddleIsWaitedFor) {
  const auto push = push_until_half();
  kill_registry();
  start_registry();
  expect_brought(*push);
}

TEST_P(RegistryDisaster, AStopInTheMiddleIsWaitedFor) {
  const auto push = push_until_half();
  between.shut();
  fleet.there.stop();
  start_registry();
  expect_brought(*push);
}

TEST_P(RegistryDisaster, AnEmptyOneInItsPlaceGetsEverything) {
  const auto push = push_until_half();
  ASSERT_FALSE(stored().empty());
  kill_registry();
  fs::remove_all(fleet.there.storage() + "/docker");
  start_registry();
  expect_brought(*push);
}

TEST_P(RegistryDisaster, ABlobThatItLosesIsSentAgain) {
  const auto push = push_until_half();
  const auto there = stored();
  ASSERT_FALSE(there.empty());
  ASSERT_TRUE(fs::remove(there.front()));
  between.release();
  const auto end = program::finish(push->wait());
  ASSERT_EQ(end.status, 0) << end.said();
  EXPECT_EQ(end.report.at("retries").at("blob-lost"), 1) << "by MANIFEST_BLOB_UNKNOWN";
  expect_brought(*push);
}

TEST_P(RegistryDisaster, AllBlobsThatItLosesAreSentAgain) {
  const auto push = push_until_half();
  const auto there = stored();
  ASSERT_FALSE(there.empty());
  for (const auto& each : there)
    fs::remove(each);
  between.release();
  expect_brought(*push);
}

/// What it leaves behind where it dies while it links a blob or a manifest.
TEST_P(RegistryDisaster, EmptyLinksAreWrittenAgain) {
  expect_brought(*begin());
  const auto repository
    = fs::path{fleet.there.storage()} / "docker/registry/v2/repositories/models/m";
  int emptied = 0;
  for (const auto& each : fs::recursive_directory_iterator{repository})
    if (each.path().filename() == "link") {
      fs::resize_file(each.path(), 0);
      ++emptied;
    }
  ASSERT_GT(emptied, 9) << "of each blob, of the manifest and its tag";
  expect_brought(*begin());
}

INSTANTIATE_TEST_SUITE_P(Of, RegistryDisaster,
                         ::testing::Values(way{"APushAlone", false}, way{"AFleet", true}),
                         [](const auto& of) { return std::string{of.param.name}; });

/// What MANIFEST_BLOB_UNKNOWN asks for is done once, not for ever.
TEST(RegistryThatLosesEveryBlob, IsGivenUp) {
  const program flotilla;
  const small_model model{flotilla};
  scripted_registry there;
  there.on("PUT", "/manifests/", [&](const seen_request&) {
    there.content().forget_blob("m", model.layers[1].id().to_string());
    return std::optional<answer>{}; // and the manifest is refused, as its blob is not there
  });
  const auto pushed = flotilla.push(model.source, there.address() + "/m:v1");
  EXPECT_EQ(pushed.status, 5) << pushed.said();
  EXPECT_TRUE(pushed.says("MANIFEST_BLOB_UNKNOWN")) << pushed.err;
  EXPECT_EQ(there.count("PUT", "/manifests/"), 2U);
  EXPECT_EQ(there.content().manifest("m", "v1"), std::nullopt);
}

} // namespace

} // namespace flotilla::test
