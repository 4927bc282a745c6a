#include "tests/support/registry.hpp"
#include "tests/support/scripted_registry.hpp"
#include "tests/system/program.hpp"
#include "tests/system/served.hpp"

#include <gtest/gtest.h>

namespace flotilla::test {

namespace {

TEST(Mount, TakesEveryBlobFromTheNamedRepository) {
  const program flotilla;
  const registry there;
  const small_model model{flotilla};
  ASSERT_EQ(flotilla.push(model.source, there.address() + "/base:v1").status, 0);
  const auto pushed
    = flotilla.push(model.source, there.address() + "/copy:v1", {"--mount-from", "base"});
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(pushed.blobs("mounted"), 4);
  EXPECT_EQ(pushed.bytes("sent"), 0U);
  EXPECT_EQ(pushed.bytes("saved"), model.bytes());
  EXPECT_EQ(blob_at(there.address(), "copy", model.layers[2]), model.layers[2].bytes);
}

TEST(Mount, UsesTheSessionThatComesInsteadOfARefusedMount) {
  const program flotilla;
  scripted_registry_options options;
  options.habits.mounts = false;
  const scripted_registry there{options};
  const small_model model{flotilla};
  const auto pushed
    = flotilla.push(model.source, there.address() + "/m:v1", {"--mount-from", "base"});
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(pushed.blobs("uploaded"), 4);
  EXPECT_EQ(there.count("POST"), 4U); // one a blob
}

TEST(Mount, GoesOnWhenTheRegistryKnowsNoMounts) {
  const program flotilla;
  scripted_registry there;
  there.on("POST", "mount=", registry_error(400, "UNSUPPORTED", "no mounts here"),
           scripted_registry::always);
  const small_model model{flotilla};
  const auto pushed
    = flotilla.push(model.source, there.address() + "/m:v1", {"--mount-from", "base"});
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(pushed.blobs("uploaded"), 4);
}

TEST(Mount, RefusesARepositoryThatIsNone) {
  const program flotilla;
  const scripted_registry there;
  const small_model model{flotilla};
  for (const auto* bad : {"Base", "a//b", "../etc", "host.example:5000/base"}) {
    const auto pushed
      = flotilla.push(model.source, there.address() + "/m:v1", {"--mount-from", bad});
    EXPECT_EQ(pushed.status, 2) << bad;
    EXPECT_TRUE(pushed.says("--mount-from")) << pushed.err;
  }
  EXPECT_TRUE(there.log().empty());
}

} // namespace

} // namespace flotilla::test
