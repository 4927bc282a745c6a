#include "protocol/plan.hpp"

#include <gtest/gtest.h>

namespace flotilla::protocol {
namespace {

const std::string hex(64, 'a');
const digest id = *digest::parse_hex(hex);

TEST(BlobFile, IsNamedAsItsStoreNamesIt) {
  EXPECT_EQ(blob_file(blob_naming::oci, id), "blobs/sha256/" + hex);
  EXPECT_EQ(blob_file(blob_naming::dash, id), "sha256-" + hex);
  EXPECT_EQ(blob_file(blob_naming::slash, id), "sha256/" + hex);
  EXPECT_EQ(blob_file(blob_naming::colon, id), "sha256:" + hex);
}

TEST(PlannedBlob, IsSmallAsAPlanMayHoldAMillion) {
  EXPECT_LE(sizeof(planned_blob), 48u);
}

TEST(PushPlan, AddsUpItsBlobs) {
  push_plan plan;
  EXPECT_EQ(plan.total_bytes(), 0u);
  plan.blobs = {{id, 5, 0}, {id, 6'000'000'000, 0}};
  plan.manifests.push_back({id, "x/y", "{}", false});
  EXPECT_EQ(plan.total_bytes(), 6'000'000'005u);
}

TEST(PushPlan, DoesNotWrapWhenItAddsUp) {
  push_plan plan;
  plan.blobs.assign(3, {id, INT64_MAX, 0});
  EXPECT_EQ(plan.total_bytes(), UINT64_MAX);
}

TEST(PushPlan, HasItsTopManifestLast) {
  push_plan plan;
  plan.manifests.push_back({id, "a/child", "{}", false});
  plan.manifests.push_back({id, "a/top", "{}", true});
  EXPECT_EQ(plan.top().media_type, "a/top");
}

} // namespace
} // namespace flotilla::protocol
