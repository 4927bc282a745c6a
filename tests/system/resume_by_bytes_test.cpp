#include "tests/support/scripted_registry.hpp"
#include "tests/system/program.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <random>
#include <thread>

namespace flotilla::test {

namespace {

constexpr std::size_t chunk = 256 << 10;
constexpr std::size_t streams = 3;

/// Three blobs that take a second and a half, and a registry that tells how much it has of a
/// session to whoever has once had its Location, as distribution 3 does. (Distribution 2.8 spoils a
/// session whose chunk breaks off.)
class ResumeByBytes : public ::testing::Test {
protected:
  std::vector<std::string> in_chunks(std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--chunk-size", "256KiB", "--check", "always"});
    return more;
  }
  /// Kills a push some time after its first chunk has been taken.
  void kill_after(std::chrono::milliseconds delay) {
    process first{
      flotilla.order(program::with("push", model.source, to, in_chunks({"--bandwidth", "16MiB"})))};
    ASSERT_TRUE(there.wait_for("PATCH", "/uploads/", 1));
    std::this_thread::sleep_for(delay);
    first.signal(SIGKILL);
    first.wait();
  }

  program flotilla;
  small_model model{flotilla,
                    {layer(noise(1, 8 << 20)), layer(noise(2, 8 << 20)), layer(noise(3, 8 << 20))}};
  scripted_registry there;
  std::string to = there.address() + "/m:v1";
};

TEST_F(ResumeByBytes, AKillAtAnyMomentCostsAChunkAStream) {
  const std::chrono::milliseconds delay{std::random_device{}() % 1'200};
  kill_after(delay);
  const auto held = there.content().held_bytes();
  const auto again = flotilla.push(model.source, to, in_chunks());
  ASSERT_EQ(again.status, 0) << again.said();
  EXPECT_GT(held, 0U);
  EXPECT_LE(again.bytes("sent"), model.bytes() - held + streams * chunk)
    << "killed after " << delay.count() << " ms, when the registry had " << held << " bytes";
  for (const auto& x : model.layers)
    EXPECT_EQ(there.content().blob("m", x.id().to_string()), x.bytes);
}

} // namespace

} // namespace flotilla::test
