#include "tests/support/registry.hpp"
#include "tests/support/scripted_registry.hpp"
#include "tests/system/program.hpp"
#include "tests/system/served.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace flotilla::test {

namespace {

namespace type = protocol::media_type;

class PushOci : public ::testing::Test {
protected:
  program flotilla;
  registry there;
  std::string to(const std::string& rest) const {
    return there.address() + "/models/" + rest;
  }
};

TEST_F(PushOci, BringsAnImageByteForByte) {
  const small_model model{flotilla};
  const auto pushed = flotilla.push(model.source + ":v1", to("a:v1"));
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(pulled(to("a:v1"), flotilla / "pulled"), blobs_in(flotilla / "model"));
  const auto manifest = manifest_at(there.address(), "models/a", "v1");
  EXPECT_EQ(manifest.bytes, model.manifest.bytes);
  EXPECT_EQ(manifest.media_type, type::oci_manifest);
}

TEST_F(PushOci, ReportsWhatItDid) {
  const small_model model{flotilla};
  const auto pushed = flotilla.push(model.source, to("a:v1"));
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(pushed.report.at("reference"), to("a:v1"));
  EXPECT_EQ(pushed.report.at("digest"), model.manifest.id().to_string());
  EXPECT_EQ(pushed.report.at("tags"), nlohmann::json({"v1"}));
  EXPECT_EQ(pushed.blobs("total"), 4);
  EXPECT_EQ(pushed.blobs("uploaded"), 4);
  EXPECT_EQ(pushed.blobs("present") + pushed.blobs("mounted") + pushed.blobs("resumed"), 0);
  EXPECT_EQ(pushed.bytes("total"), model.bytes());
  EXPECT_EQ(pushed.bytes("sent"), model.bytes());
  EXPECT_EQ(pushed.bytes("resent") + pushed.bytes("saved"), 0U);
  EXPECT_GT(pushed.report.at("seconds"), 0.0);
  EXPECT_EQ(pushed.report.at("retries"), nlohmann::json::object());
  EXPECT_EQ(pushed.report.at("nodes").size(), 1U);
  EXPECT_EQ(pushed.report.count("error"), 0U);
}

TEST_F(PushOci, TellsPeopleTheReferenceByDigestAndWhatWasDone) {
  const small_model model{flotilla};
  const auto pushed = flotilla.run({"push", model.source, to("a:v1"), "--progress", "none"});
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  const auto by_digest = to("a") + "@" + model.manifest.id().to_string();
  EXPECT_NE(pushed.out.find("pushed " + by_digest), std::string::npos) << pushed.out;
  EXPECT_NE(pushed.out.find("0 present, 0 mounted, 4 uploaded"), std::string::npos) << pushed.out;
  EXPECT_EQ(pushed.err, "");
}

TEST_F(PushOci, AddsEveryTag) {
  const small_model model{flotilla};
  const auto pushed
    = flotilla.push(model.source, to("a:v1"), {"--tag", "latest", "--tag", "v1", "--tag", "v1.0"});
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(pushed.report.at("tags"), nlohmann::json({"v1", "latest", "v1.0"}));
  for (const auto* tag : {"v1", "latest", "v1.0"})
    EXPECT_EQ(manifest_at(there.address(), "models/a", tag).bytes, model.manifest.bytes) << tag;
}

TEST_F(PushOci, TakesLatestWhenTheReferenceHasNoTag) {
  const small_model model{flotilla};
  ASSERT_EQ(flotilla.push(model.source, to("a")).status, 0);
  EXPECT_EQ(manifest_at(there.address(), "models/a", "latest").bytes, model.manifest.bytes);
}

TEST_F(PushOci, MakesNoTagForAReferenceByDigest) {
  const small_model model{flotilla};
  const auto id = model.manifest.id().to_string();
  const auto pushed = flotilla.push(model.source, to("a@" + id));
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(pushed.report.at("tags"), nlohmann::json::array());
  EXPECT_EQ(manifest_at(there.address(), "models/a", id).bytes, model.manifest.bytes);
  EXPECT_EQ(manifest_at(there.address(), "models/a", "latest").bytes, "");
}

TEST_F(PushOci, RefusesAReferenceByAnotherDigest) {
  const small_model model{flotilla};
  const auto pushed = flotilla.push(model.source, to("a@" + layer("other").id().to_string()));
  EXPECT_EQ(pushed.status, 2);
  EXPECT_TRUE(pushed.says(model.manifest.id().to_string())) << pushed.err;
  EXPECT_TRUE(there.requests().empty());
}

TEST_F(PushOci, BringsAnArtifactWithTheEmptyConfig) {
  layout_on_disk layout{flotilla / "artifact"};
  const part weights{"application/vnd.example.weights", noise(7, 4000)};
  const auto artifact = image({weights}, empty_config(), type::oci_manifest,
                              {{"artifactType", "application/vnd.example.model"}});
  layout.add({weights, empty_config(), artifact});
  layout.tag(artifact);
  const auto pushed = flotilla.push("oci:" + flotilla / "artifact", to("b:v1"));
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(manifest_at(there.address(), "models/b", "v1").bytes, artifact.bytes);
  EXPECT_EQ(blob_at(there.address(), "models/b", weights), weights.bytes);
  EXPECT_EQ(blob_at(there.address(), "models/b", empty_config()), "{}");
}

TEST_F(PushOci, BringsABlobOfNoBytes) {
  const small_model model{flotilla, {layer(""), layer("x")}};
  const auto pushed = flotilla.push(model.source, to("c:v1"));
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(blob_at(there.address(), "models/c", model.layers[0]), "");
  EXPECT_EQ(pushed.bytes("sent"), model.bytes());
}

TEST_F(PushOci, TakesALayoutThatSkopeoWrote) {
  const small_model model{flotilla};
  ASSERT_EQ(flotilla.push(model.source, to("a:v1")).status, 0);
  pulled(to("a:v1"), flotilla / "by-skopeo");
  const auto pushed = flotilla.push("oci:" + flotilla / "by-skopeo" + ":pulled", to("again:v1"));
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(manifest_at(there.address(), "models/again", "v1").bytes, model.manifest.bytes);
}

/// Two images that share a layer and a config, below an index.
class two_platforms {
public:
  explicit two_platforms(const program& of) : layout_{of / "both"} {
    first = layout_.add_image({shared, only_first});
    second = layout_.add_image({only_second, shared});
    top = index_of({first, second});
    layout_.add({top});
    layout_.tag(top, "both");
  }
  part shared = layer(noise(1, 9000)), only_first = layer(noise(2, 100)),
       only_second = layer(noise(3, 100));
  part first, second, top;

private:
  layout_on_disk layout_;
};

TEST_F(PushOci, BringsAnIndexWithAllItsImages) {
  const two_platforms model{flotilla};
  const auto pushed = flotilla.push("oci:" + flotilla / "both" + ":both", to("both:v1"));
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(pulled(to("both:v1"), flotilla / "pulled"), blobs_in(flotilla / "both"));
  EXPECT_EQ(manifest_at(there.address(), "models/both", "v1").bytes, model.top.bytes);
  EXPECT_EQ(pushed.report.at("digest"), model.top.id().to_string());
}

TEST_F(PushOci, SendsABlobOnceThatManyManifestsName) {
  const two_platforms model{flotilla};
  const auto pushed = flotilla.push("oci:" + flotilla / "both", to("both:v1"));
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(pushed.blobs("total"), 4); // three layers and one config
  EXPECT_EQ(pushed.bytes("sent"), 9200 + config().bytes.size());
}

/// A registry may take long to look at a manifest: none is put that a tag puts anyway.
TEST(PushOciOrder, PutsChildrenByDigestAndThenTheIndexByItsTagsAlone) {
  const program flotilla;
  const two_platforms model{flotilla};
  const scripted_registry there;
  const auto pushed
    = flotilla.push("oci:" + flotilla / "both", there.address() + "/m:v1", {"--tag", "v2"});
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  std::vector<std::string> put;
  for (const auto& request : there.log())
    if (request.method == "PUT" && request.path.find("/manifests/") != std::string::npos)
      put.push_back(request.path.substr(request.path.rfind('/') + 1));
  const auto id = [](const part& x) { return x.id().to_string(); };
  ASSERT_EQ(put.size(), 4U);
  std::sort(put.begin(), put.begin() + 2);
  std::vector<std::string> children{id(model.first), id(model.second)};
  std::sort(children.begin(), children.end());
  EXPECT_TRUE(std::equal(children.begin(), children.end(), put.begin()));
  EXPECT_EQ(put[2], "v1");
  EXPECT_EQ(put[3], "v2");
}

} // namespace

} // namespace flotilla::test
