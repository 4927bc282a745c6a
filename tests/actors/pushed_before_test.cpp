#include "tests/actors/fleet_fixture.hpp"

namespace flotilla::actors {
namespace {

using namespace std::chrono_literals;
using protocol::errc;
using protocol::method;

/// The registry has all of it already, under its tag.
class PushedBefore : public fleet {
protected:
  PushedBefore() {
    plan({10});
    registry.blobs.insert(digest_of(0));
    registry.manifests[source_plan.top().id.to_string()] = source_plan.top().bytes;
    registry.manifests["v1"] = source_plan.top().bytes;
    add_node();
  }
};

TEST_F(PushedBefore, AsksForItsManifestOnce) {
  submit();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none) << report->why.message;
  EXPECT_EQ(net->count(method::get, "/manifests/"), 1u);
  EXPECT_EQ(net->count(method::head, "/manifests/"), 0u);
  EXPECT_EQ(net->count(method::put, "/manifests/"), 0u);
}

TEST_F(PushedBefore, AsksForItsManifestAgainWhenItWasSeenLongAgo) {
  sources[0]->looks_for_them = 6s;
  submit();
  registry.manifests["v1"] = "another";
  pass(6s);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::differs) << report->why.message;
}

TEST_F(PushedBefore, PutsOnlyTheTagWhereItNamesAnotherManifest) {
  registry.manifests["v1"] = "another";
  submit();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none) << report->why.message;
  EXPECT_EQ(registry.manifests["v1"], source_plan.top().bytes);
  EXPECT_EQ(net->count(method::put, "/manifests/"), 1u);
}

} // namespace
} // namespace flotilla::actors
