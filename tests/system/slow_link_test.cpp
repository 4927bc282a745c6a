#include "tests/support/registry.hpp"
#include "tests/system/own_network.hpp"
#include "tests/system/program.hpp"

#include <gtest/gtest.h>

namespace flotilla::test {

namespace {

/// On a link that takes less than we have, sockets are full and writes are partial. The registry
/// counts the bytes and takes their digest.
TEST(SlowLink, GetsEveryByteInItsPlace) {
  const own_network network;
  own_network::limit("200mbit");
  const program flotilla;
  const registry there;
  const small_model model{flotilla, layers_of(8, 8'000'000)};
  const auto pushed = flotilla.push(model.source, there.address() + "/models/m:v1");
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(pushed.bytes("resent"), 0U) << pushed.said();
}

} // namespace

} // namespace flotilla::test
