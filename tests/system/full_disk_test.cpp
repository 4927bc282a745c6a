#include "tests/support/relay.hpp"
#include "tests/system/fleet.hpp"

#include <filesystem>
#include <fstream>

namespace flotilla::test {

namespace {

namespace fs = std::filesystem;

/// So that `order` sees a disk of its own at `dir`, of so many KiB. Needs root.
command with_small_disk(command order, const std::string& dir, int kib, const std::string& more) {
  order.args.insert(order.args.begin(), {"unshare", "-m", "sh", "-c",
                                         "mount -t tmpfs -o size=" + std::to_string(kib)
                                           + "k none '" + dir + "' && " + more + "exec \"$@\"",
                                         "sh"});
  return order;
}

/// Takes all the room that is left on a disk that this process sees.
class ballast {
public:
  ballast(const process& who, const std::string& dir)
    : path_("/proc/" + std::to_string(who.pid()) + "/root" + dir + "/ballast") {
    std::ofstream file{path_, std::ios::binary};
    const std::string piece(4096, 'x');
    while (file.write(piece.data(), static_cast<std::streamsize>(piece.size())).flush())
      ++pieces_;
  }
  int pieces() const noexcept { ///< of 4 KiB
    return pieces_;
  }
  bool remove() const {
    return fs::remove(path_);
  }

private:
  std::string path_;
  int pieces_ = 0;
};

TEST(FullDisk, OfTheCoordinatorIsSaidAndKeepsNoPushUp) {
  fleet_of_processes fleet;
  const auto state = fleet.flotilla / "head";
  fs::create_directory(state);
  auto head = fleet.flotilla.order(
    {"coordinator", "--listen", fleet.coordinator_place(), "--state-dir", state});
  process coordinator{with_small_disk(std::move(head), state, 1024, "")};
  ASSERT_TRUE(coordinator.wait_for("listens on")) << coordinator.err();
  fleet.start_worker("a");
  relay between{fleet.there.port()};
  between.hold_after(1'000'000);
  const small_model model{fleet.flotilla, layers_of(40, 50'000)};
  const auto push = fleet.begin_push(model.source, between.address() + "/models/m:v1");
  ASSERT_TRUE(between.wait_until_held()) << push->err();
  const ballast full{coordinator, state};
  EXPECT_GT(full.pieces(), 0);
  between.release();
  const auto end = push->wait();
  EXPECT_EQ(end.status, 0) << end.err << coordinator.err();
  EXPECT_EQ(pulled(fleet.to("m:v1"), fleet.flotilla / "pulled"),
            blobs_in(fleet.flotilla / "model"));
  const auto next = fleet.push(model.source, fleet.to("m:v2"));
  EXPECT_EQ(next.status, 0) << next.said();
  EXPECT_TRUE(coordinator.wait_for("the journal cannot be written")) << coordinator.err();
  EXPECT_TRUE(coordinator.wait_for("the disk is full")) << coordinator.err();
  ASSERT_TRUE(full.remove());
  const auto last = fleet.push(model.source, fleet.to("m:v3"));
  EXPECT_EQ(last.status, 0) << last.said();
  EXPECT_TRUE(coordinator.wait_for("the journal takes writes again")) << coordinator.err();
}

TEST(FullDisk, OfAPushAloneIsSaidAndKeepsItNotUp) {
  const program flotilla;
  const registry there;
  const auto state = flotilla / "state";
  fs::create_directory(state);
  const small_model model{flotilla};
  const auto order = flotilla.order(
    program::with("push", model.source, there.address() + "/m:v1", {"--state-dir", state}));
  const auto pushed
    = run(with_small_disk(order, state, 16, "dd if=/dev/zero of='" + state + "/ballast' 2>&-; "));
  EXPECT_EQ(pushed.status, 0) << pushed.err;
  EXPECT_NE(pushed.err.find("the disk is full"), std::string::npos) << pushed.err;
}

} // namespace

} // namespace flotilla::test
