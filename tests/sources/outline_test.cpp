// What a model is, asked on a machine where its blobs need not lie.
#include "tests/sources/source_fixture.hpp"

#include <sys/stat.h>

namespace flotilla::sources {
namespace {

namespace fs = std::filesystem;
using protocol::errc;
using test::config;
using test::image;
using test::index_of;
using test::layer;
using test::part;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Outline : public SourceFixture {
protected:
  protocol::push_plan outline_of(const std::string& source) const {
    auto plan = outline_source(source, options);
    if (plan)
      return std::move(*plan);
    ADD_FAILURE() << source << ": " << plan.error().message;
    return {};
  }
  std::string refusal_of(const std::string& source) const {
    auto plan = outline_source(source, options);
    if (!plan && plan.error().code == errc::source_invalid)
      return plan.error().message;
    ADD_FAILURE() << source << (plan ? " was taken" : plan.error().message);
    return {};
  }
  /// A layout that has this top, and of the rest only what is in `here`.
  std::string make_layout(const part& top, std::vector<part> here = {}) const {
    test::layout_on_disk layout{dir / "model"};
    here.push_back(top);
    layout.add(here);
    layout.tag(top);
    return "oci:" + (dir / "model");
  }
};

TEST_F(Outline, OfALayoutNeedsNoBlobs) {
  auto a = layer("first"), b = layer("second");
  auto source = make_layout(image({a, b}));
  auto plan = outline_of(source);
  EXPECT_EQ(plan.source, source);
  EXPECT_THAT(blob_ids(plan), ElementsAre(a.id(), b.id(), config().id()));
  EXPECT_EQ(plan.blobs[1].size, 6u);
  EXPECT_EQ(plan.top().bytes, image({a, b}).bytes);
  EXPECT_THAT(plan.warnings, IsEmpty());
}

TEST_F(Outline, OfAnIndexNeedsItsManifests) {
  auto left = image({layer("a")}), right = image({layer("b")});
  auto plan = outline_of(make_layout(index_of({left, right}), {left, right}));
  EXPECT_EQ(plan.manifests.size(), 3u);
  EXPECT_THAT(blob_ids(plan), ElementsAre(layer("a").id(), config().id(), layer("b").id()));
}

TEST_F(Outline, OfAnOllamaModelNeedsNoFolderOfBlobs) {
  options.ollama_models = dir / "models";
  auto weights = test::ollama_layer("model", "weights", {{"from", "llama3"}});
  test::add_to_ollama(dir / "models", "registry.ollama.ai/library/mine/latest", {weights});
  fs::remove_all(dir / "models/blobs");
  auto plan = outline_of("ollama:mine");
  ASSERT_EQ(plan.blobs.size(), 2u);
  EXPECT_EQ(plan.blobs[0].id, weights.id());
  EXPECT_EQ(plan.blobs[0].mount_from, 1u);
  EXPECT_THAT(plan.mount_sources, ElementsAre("library/llama3"));
}

TEST_F(Outline, OfAFolderOfBlobsNeedsOnlyTheManifestFile) {
  fs::create_directory(dir / "blobs");
  options.manifest_file = dir / "manifest.json";
  test::write_file(options.manifest_file, image({layer("weights")}).bytes);
  EXPECT_THAT(blob_ids(outline_of("blobs:" + (dir / "blobs"))),
              ElementsAre(layer("weights").id(), config().id()));
}

TEST_F(Outline, BlobsAreNotLookedAt) {
  auto weights = layer("weights"), other = layer("other"), last = layer("last");
  auto source = make_layout(image({weights, other, last}), {weights});
  auto file_of = [&](const part& x) {
    return dir / ("model/" + protocol::blob_file(protocol::blob_naming::oci, x.id()));
  };
  test::write_file(file_of(weights), "short");
  fs::create_directory(file_of(other));
  ASSERT_EQ(::mkfifo(file_of(last).c_str(), 0600), 0);
  EXPECT_EQ(outline_of(source).blobs.size(), 4u);
}

TEST_F(Outline, LayerNotToBeDistributedIsLookedFor) {
  part foreign{"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "windows"};
  auto source = make_layout(image({foreign}));
  auto without = outline_of(source);
  EXPECT_THAT(blob_ids(without), ElementsAre(config().id()));
  EXPECT_THAT(without.warnings,
              ElementsAre(AllOf(HasSubstr(foreign.id().to_string()), HasSubstr("left out"))));
  make_layout(image({foreign}), {foreign});
  auto with = outline_of(source);
  EXPECT_THAT(blob_ids(with), ElementsAre(foreign.id(), config().id()));
  EXPECT_THAT(with.warnings, IsEmpty());
}

TEST_F(Outline, ManifestsThatAreNotHereAreAllListed) {
  auto here = image({layer("a")}), lost = image({layer("b")}), changed = image({layer("c")});
  auto source = make_layout(index_of({here, lost, changed}), {here});
  auto path = dir / ("model/blobs/sha256/" + changed.id().hex());
  test::write_file(path, std::string(changed.bytes.size(), ' '));
  // The index, three manifests, and of the one that is here a layer and the config.
  EXPECT_THAT(refusal_of(source),
              AllOf(HasSubstr("2 of 6 files"), HasSubstr(lost.id().hex() + ": missing"),
                    HasSubstr(changed.id().hex() + ": its content is sha256:")));
}

TEST_F(Outline, TopManifestThatIsNotHere) {
  auto top = image({layer("a")});
  auto source = make_layout(top);
  fs::remove(dir / ("model/blobs/sha256/" + top.id().hex()));
  EXPECT_THAT(refusal_of(source),
              AllOf(HasSubstr("1 of 1 files"), HasSubstr(top.id().hex() + ": missing")));
}

TEST_F(Outline, BlobsAloneDoNotSayWhatTheModelIs) {
  test::write_blobs(dir / "model", protocol::blob_naming::oci, {layer("a"), image({layer("a")})});
  EXPECT_THAT(refusal_of("oci:" + (dir / "model")), HasSubstr("no file oci-layout"));
  auto bare = outline_source(dir / "model", options);
  ASSERT_FALSE(bare);
  EXPECT_EQ(bare.error().code, errc::usage);
  EXPECT_THAT(bare.error().hint, HasSubstr("--manifest FILE"));
}

TEST_F(Outline, ManifestFileThatIsADeviceIsNotRead) {
  fs::create_directory(dir / "blobs");
  options.manifest_file = "/dev/zero";
  EXPECT_THAT(refusal_of("blobs:" + (dir / "blobs")), HasSubstr("not a regular file"));
}

} // namespace
} // namespace flotilla::sources
