#include "sources/plan_builder.hpp"

#include "tests/sources/source_fixture.hpp"

namespace flotilla::sources {
namespace {

using test::config;
using test::image;
using test::index_of;
using test::layer;
using test::part;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class PlanBuilder : public SourceFixture {
protected:
  PlanBuilder() : layout(dir / "model"), source("oci:" + (dir / "model")) {
  }
  /// Makes `top` the layout's only manifest.
  void set_top(const part& top) {
    layout.add({top});
    layout.tag(top);
  }

  test::layout_on_disk layout;
  std::string source;
};

TEST_F(PlanBuilder, LayerThatAManifestNamesTwiceIsSentOnce) {
  set_top(layout.add_image({layer("same"), layer("other"), layer("same")}));
  EXPECT_THAT(blob_ids(plan_of(source)),
              ElementsAre(layer("same").id(), layer("other").id(), config().id()));
}

TEST_F(PlanBuilder, ArtifactWithTheEmptyConfig) {
  auto weights = layer("weights");
  auto top = image({weights}, test::empty_config(), protocol::media_type::oci_manifest,
                   {{"artifactType", "application/vnd.example.model"}});
  layout.add({weights, test::empty_config()});
  set_top(top);
  auto plan = plan_of(source);
  ASSERT_EQ(plan.blobs.size(), 2u);
  EXPECT_EQ(plan.blobs[1].size, 2u);
  // image-spec, manifest.md: the digest of `{}`.
  EXPECT_EQ(plan.blobs[1].id.to_string(),
            "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
}

TEST_F(PlanBuilder, ManifestOfTwoIndexesIsAddedOnceAndBeforeBoth) {
  auto leaf = layout.add_image({layer("w")});
  auto left = index_of({leaf}), right = index_of({leaf, left});
  auto top = index_of({left, right, leaf});
  layout.add({left, right});
  set_top(top);
  EXPECT_THAT(manifest_ids(plan_of(source)),
              ElementsAre(leaf.id(), left.id(), right.id(), top.id()));
}

TEST_F(PlanBuilder, ManifestMayAlsoBeABlob) {
  auto leaf = layout.add_image({layer("w")});
  auto about = layout.add_image({leaf});
  set_top(index_of({leaf, about}));
  auto plan = plan_of(source);
  EXPECT_EQ(plan.manifests.size(), 3u);
  EXPECT_THAT(blob_ids(plan), ElementsAre(layer("w").id(), config().id(), leaf.id()));
}

TEST_F(PlanBuilder, IndexesNestEightDeepAndNoDeeper) {
  auto top = layout.add_image({layer("w")});
  for (int i = 0; i < 8; ++i) {
    top = index_of({top});
    layout.add({top});
  }
  set_top(top);
  EXPECT_EQ(plan_of(source).manifests.size(), 9u);

  test::layout_on_disk deeper{dir / "deeper"};
  std::filesystem::copy(dir / "model/blobs", dir / "deeper/blobs",
                        std::filesystem::copy_options::recursive);
  top = index_of({top});
  deeper.add({top});
  deeper.tag(top);
  EXPECT_THAT(complaint_about("oci:" + (dir / "deeper")), HasSubstr("nest deeper than 8"));
}

TEST_F(PlanBuilder, OneDigestWithTwoSizesIsAnError) {
  auto w = layer("weights");
  auto text = nlohmann::json::parse(image({w, w}).bytes);
  text["layers"][1]["size"] = 8;
  layout.add({w, config()});
  set_top({std::string{protocol::media_type::oci_manifest}, text.dump()});
  EXPECT_THAT(complaint_about(source),
              AllOf(HasSubstr(w.id().to_string()), HasSubstr("7 bytes"), HasSubstr("8 bytes")));
}

TEST_F(PlanBuilder, OneManifestWithTwoSizesIsAnError) {
  auto leaf = layout.add_image({layer("w")});
  auto text = nlohmann::json::parse(index_of({leaf, leaf}).bytes);
  text["manifests"][1]["size"] = 1;
  set_top({std::string{protocol::media_type::oci_index}, text.dump()});
  EXPECT_THAT(complaint_about(source), HasSubstr("1 bytes in the same model"));
}

TEST_F(PlanBuilder, ForeignLayerThatIsNotHereIsLeftOutOnce) {
  const part foreign[] = {
    {"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "windows"},
    {"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", "licensed"},
    {"application/vnd.oci.image.layer.v1.tar", "elsewhere", {{"urls", {"https://host.io/x"}}}},
  };
  for (const auto& x : foreign) {
    SCOPED_TRACE(x.bytes);
    test::layout_on_disk other{dir / x.bytes};
    auto left = image({x, layer("a")}), right = image({x, layer("b")});
    auto top = index_of({left, right});
    other.add({layer("a"), layer("b"), config(), left, right, top});
    other.tag(top);
    auto plan = plan_of("oci:" + (dir / x.bytes));
    EXPECT_THAT(blob_ids(plan), ElementsAre(layer("a").id(), config().id(), layer("b").id()));
    EXPECT_THAT(plan.warnings,
                ElementsAre(AllOf(HasSubstr(x.id().to_string()), HasSubstr("left out"))));
  }
}

TEST_F(PlanBuilder, ForeignLayerThatIsHereIsSent) {
  part foreign{"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "windows"};
  set_top(layout.add_image({foreign}));
  auto plan = plan_of(source);
  EXPECT_EQ(plan.blobs.size(), 2u);
  EXPECT_TRUE(plan.warnings.empty());
}

TEST_F(PlanBuilder, ForeignLayerOfTheWrongLengthIsAnError) {
  part foreign{"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "windows"};
  set_top(layout.add_image({foreign}));
  test::write_file(layout.file_of(foreign), "win");
  EXPECT_THAT(complaint_about(source), HasSubstr("3 bytes instead of 7"));
}

TEST_F(PlanBuilder, LayerForeignInOneManifestAndOrdinaryInAnotherIsNeeded) {
  part foreign{"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "windows"};
  auto left = image({foreign}), right = image({layer("windows")});
  layout.add({config(), left, right});
  set_top(index_of({left, right}));
  EXPECT_THAT(complaint_about(source), HasSubstr("missing"));
}

TEST_F(PlanBuilder, OtherTypesInAnIndexAreSentAsBlobsWithAWarning) {
  part notes{"text/plain", "notes"};
  auto leaf = layout.add_image({layer("w")});
  layout.add({notes});
  set_top(index_of({leaf, notes}));
  auto plan = plan_of(source);
  EXPECT_THAT(blob_ids(plan), ElementsAre(layer("w").id(), config().id(), notes.id()));
  EXPECT_EQ(plan.manifests.size(), 2u);
  EXPECT_THAT(plan.warnings, ElementsAre(AllOf(HasSubstr("text/plain"), HasSubstr("as a blob"))));
}

TEST_F(PlanBuilder, FromOfALayerBecomesAMountSource) {
  const struct {
    const char* from;
    const char* repository; // empty: none
  } cases[] = {
    {"llama3", "library/llama3"},
    {"llama3:8b", "library/llama3"},
    {"Me/My-Model", "me/my-model"},
    {"registry.ollama.ai/library/gemma:2b", "library/gemma"},
    {"https://host.io:5000/a/b:c", "a/b"},
    {"", ""},
    {"/root/.ollama/models/blobs/sha256-aa", ""}, // as very old versions wrote it
    {"../../etc", ""},
    {"me/my__-model", ""}, // Ollama's, but no name of a repository
    {"name with blanks", ""},
  };
  int i = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.from);
    auto root = dir / ("from" + std::to_string(i++));
    test::layout_on_disk other{root};
    other.tag(other.add_image({test::ollama_layer("model", "w", {{"from", c.from}})}));
    auto plan = plan_of("oci:" + root);
    if (*c.repository == '\0') {
      EXPECT_TRUE(plan.mount_sources.empty());
      EXPECT_EQ(plan.blobs[0].mount_from, 0u);
    } else {
      EXPECT_THAT(plan.mount_sources, ElementsAre(c.repository));
      EXPECT_EQ(plan.blobs[0].mount_from, 1u);
    }
    EXPECT_EQ(plan.blobs[1].mount_from, 0u); // the config
  }
}

TEST_F(PlanBuilder, EachMountSourceIsKeptOnce) {
  auto from = [](const char* bytes, const char* model) {
    return test::ollama_layer("model", bytes, {{"from", model}});
  };
  set_top(layout.add_image({from("a", "llama3"), from("b", "gemma"), from("c", "llama3:70b")}));
  auto plan = plan_of(source);
  EXPECT_THAT(plan.mount_sources, ElementsAre("library/llama3", "library/gemma"));
  EXPECT_EQ(plan.blobs[0].mount_from, 1u);
  EXPECT_EQ(plan.blobs[1].mount_from, 2u);
  EXPECT_EQ(plan.blobs[2].mount_from, 1u);
}

TEST_F(PlanBuilder, ThousandsOfLayers) {
  std::vector<part> layers;
  for (int i = 0; i < 5000; ++i)
    layers.push_back(layer("layer " + std::to_string(i)));
  set_top(layout.add_image(layers));
  auto plan = plan_of(source);
  ASSERT_EQ(plan.blobs.size(), 5001u);
  EXPECT_EQ(plan.blobs[4999].id, layers[4999].id());
  // 10 of "layer 0", 90 of "layer 10", 900 of "layer 100", 4000 of "layer 1000"; and the config.
  EXPECT_EQ(plan.total_bytes(), 10u * 7 + 90 * 8 + 900 * 9 + 4000 * 10 + config().bytes.size());
}

} // namespace
} // namespace flotilla::sources
