// Layouts that other programs made. umoci and skopeo are needed (scripts/setup.sh installs them);
// what is expected comes from skopeo and sha256sum, not from our own reading.
#include "tests/sources/source_fixture.hpp"

#include <cstdio>

namespace flotilla::sources {
namespace {

using nlohmann::json;
using testing::ElementsAreArray;
using testing::HasSubstr;

/// What a shell command writes; the test fails if the command does.
std::string output_of(const std::string& command) {
  std::string text;
  auto* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) {
    ADD_FAILURE() << "cannot run " << command;
    return text;
  }
  char piece[4096];
  while (auto got = std::fread(piece, 1, sizeof piece, pipe))
    text.append(piece, got);
  EXPECT_EQ(::pclose(pipe), 0) << command;
  return text;
}

class ForeignLayouts : public SourceFixture {
protected:
  /// A shell command that runs in the test's directory.
  std::string run(const std::string& command) const {
    return output_of("cd '" + dir.path().string() + "' && { " + command + "; } 2>&1");
  }
  /// An image of two layers, by umoci: the layout `base`, tag `v0`.
  void make_with_umoci() const {
    test::write_file(dir / "one", "one");
    test::write_file(dir / "two", std::string(100'000, 'x'));
    run("umoci init --layout base && umoci new --image base:v0"
        " && umoci insert --rootless --image base:v0 one /one"
        " && umoci insert --rootless --image base:v0 two /two");
  }
  void copy(const std::string& from, const std::string& to, const std::string& flags = {}) const {
    run("skopeo --insecure-policy copy -q " + flags + " oci:" + from + " oci:" + to);
  }
  /// Compares with what skopeo and sha256sum say of `layout` and `tag`.
  void expect_as_skopeo_says(const protocol::push_plan& plan, const std::string& image) const {
    auto raw = run("skopeo inspect --raw oci:" + image);
    auto manifest = json::parse(raw);
    std::vector<std::string> blobs;
    for (const auto& x : manifest["layers"])
      blobs.push_back(x["digest"]);
    blobs.push_back(manifest["config"]["digest"]);
    ASSERT_EQ(plan.manifests.size(), 1u);
    EXPECT_EQ(plan.top().bytes, raw);
    EXPECT_EQ(plan.top().id.to_string(), json::parse(run("skopeo inspect oci:" + image))["Digest"]);
    EXPECT_EQ(plan.top().media_type, "application/vnd.oci.image.manifest.v1+json");
    std::vector<std::string> planned;
    for (const auto& blob : plan.blobs)
      planned.push_back(blob.id.to_string());
    EXPECT_THAT(planned, ElementsAreArray(blobs));
  }
  /// Every file is what its digest says.
  void expect_sums(const opened_source& plan) const {
    for (std::size_t i = 0; i < plan.blobs.size(); ++i)
      EXPECT_EQ(run("sha256sum < '" + plan.paths[i] + "'").substr(0, 64), plan.blobs[i].id.hex());
  }
};

TEST_F(ForeignLayouts, UmociMadeIt) {
  make_with_umoci();
  auto plan = plan_of("oci:" + (dir / "base:v0"));
  EXPECT_EQ(plan.blobs.size(), 3u);
  expect_as_skopeo_says(plan, "base:v0");
  expect_sums(plan);
}

TEST_F(ForeignLayouts, SkopeoCopiedIt) {
  make_with_umoci();
  copy("base:v0", "copy:v1");
  copy("base:v0", "copy:example.io/models/llama:8b");
  auto plan = plan_of("oci:" + (dir / "copy:v1"));
  EXPECT_EQ(plan.blobs.size(), 3u);
  expect_as_skopeo_says(plan, "copy:v1");
  expect_sums(plan);
  for (const char* source : {"copy", "copy:8b", "copy:example.io/models/llama:8b"}) {
    SCOPED_TRACE(source);
    EXPECT_EQ(plan_of("oci:" + (dir / source)).top().id, plan.top().id);
  }
  EXPECT_THAT(complaint_about("oci:" + (dir / "copy:v2")),
              HasSubstr("\"v1\", \"example.io/models/llama:8b\""));
}

TEST_F(ForeignLayouts, SkopeoCopiedAnIndex) {
  make_with_umoci();
  auto raw = run("skopeo inspect --raw oci:base:v0");
  test::part child{std::string{protocol::media_type::oci_manifest}, raw};
  child.more["platform"] = {{"architecture", "amd64"}, {"os", "linux"}};
  test::layout_on_disk layout{dir / "ours"};
  std::filesystem::copy(dir / "base/blobs", dir / "ours/blobs",
                        std::filesystem::copy_options::recursive
                          | std::filesystem::copy_options::overwrite_existing);
  auto about = test::config(), other = layout.add_image({}, about);
  other.more["platform"] = {{"architecture", "arm64"}, {"os", "linux"}};
  auto top = test::index_of({child, other});
  layout.add({top});
  layout.tag(top, "all");
  copy("ours:all", "copy:all", "--all");
  auto plan = plan_of("oci:" + (dir / "copy:all"));
  EXPECT_THAT(manifest_ids(plan), testing::ElementsAre(child.id(), other.id(), top.id()));
  EXPECT_EQ(plan.blobs.size(), 4u);
  EXPECT_TRUE(plan.top().is_index);
  expect_sums(plan);
}

TEST_F(ForeignLayouts, FolderOfBlobsIsFoundInALayoutOfSkopeo) {
  make_with_umoci();
  copy("base:v0", "copy:v1");
  auto plan = plan_of("oci:" + (dir / "copy"));
  options.manifest_file = dir / ("copy/blobs/sha256/" + plan.top().id.hex());
  auto same = plan_of("blobs:" + (dir / "copy"));
  EXPECT_EQ(blob_ids(same), blob_ids(plan));
  EXPECT_EQ(same.top().bytes, plan.top().bytes);
}

TEST_F(ForeignLayouts, BlobThatWasCutShort) {
  make_with_umoci();
  auto plan = plan_of("oci:" + (dir / "base:v0"));
  std::filesystem::resize_file(plan.paths[1], plan.blobs[1].size - 1);
  EXPECT_THAT(complaint_about("oci:" + (dir / "base:v0")), HasSubstr(plan.blobs[1].id.hex()));
}

// `oras push --oci-layout` where oras is found; the same layout written by hand where it is not:
// an artifact of files, with the empty config.
TEST_F(ForeignLayouts, OrasMadeAnArtifact) {
  const std::string weights = "weights\n";
  test::write_file(dir / "model.gguf", weights);
  if (run("command -v oras || echo none") != "none\n") {
    run("oras push --oci-layout art:v1 --artifact-type application/vnd.example.model"
        " model.gguf:application/octet-stream");
  } else {
    test::part file{"application/octet-stream",
                    weights,
                    {{"annotations", {{"org.opencontainers.image.title", "model.gguf"}}}}};
    auto top = test::image(
      {file}, test::empty_config(), protocol::media_type::oci_manifest,
      {{"artifactType", "application/vnd.example.model"},
       {"annotations", {{"org.opencontainers.image.created", "2025-01-01T00:00:00Z"}}}});
    top.more["artifactType"] = "application/vnd.example.model";
    top.more["annotations"] = {{"org.opencontainers.image.created", "2025-01-01T00:00:00Z"}};
    test::layout_on_disk layout{dir / "art"};
    layout.add({file, test::empty_config(), top});
    layout.tag(top, "v1");
  }
  auto plan = plan_of("oci:" + (dir / "art:v1"));
  ASSERT_EQ(plan.blobs.size(), 2u);
  EXPECT_EQ(plan.blobs[0].size, weights.size());
  EXPECT_EQ(plan.blobs[0].id.hex(), run("sha256sum < model.gguf").substr(0, 64));
  EXPECT_EQ(plan.blobs[1].size, 2u);
  EXPECT_EQ(plan.blobs[1].id.hex(),
            "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
  expect_sums(plan);
}

} // namespace
} // namespace flotilla::sources
