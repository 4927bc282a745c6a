#include "tests/support/scripted_registry.hpp"
#include "tests/system/program.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace flotilla::test {

namespace {

class PushBlobs : public ::testing::TestWithParam<protocol::blob_naming> {
protected:
  program flotilla;
  scripted_registry there;
  std::vector<part> layers = layers_of(3, 700);
  part manifest = image(layers);

  void write(protocol::blob_naming naming) {
    auto all = layers;
    all.push_back(config());
    write_blobs(flotilla / "folder", naming, all);
    write_file(flotilla / "manifest.json", manifest.bytes);
  }
  void expect_pushed(const ended& pushed) {
    ASSERT_EQ(pushed.status, 0) << pushed.said();
    EXPECT_EQ(there.content().manifest("m", "v1"), manifest.bytes);
    for (const auto& x : layers)
      EXPECT_EQ(there.content().blob("m", x.id().to_string()), x.bytes);
  }
};

TEST_P(PushBlobs, BringsAFolderAndItsManifest) {
  write(GetParam());
  expect_pushed(flotilla.push("blobs:" + flotilla / "folder", there.address() + "/m:v1",
                              {"--manifest", flotilla / "manifest.json"}));
}

TEST_P(PushBlobs, RecognisesTheFolderByItsPath) {
  write(GetParam());
  expect_pushed(flotilla.push("./folder", there.address() + "/m:v1",
                              {"--manifest", flotilla / "manifest.json"}));
}

INSTANTIATE_TEST_SUITE_P(EveryNaming, PushBlobs,
                         ::testing::Values(protocol::blob_naming::dash,
                                           protocol::blob_naming::slash));

TEST(BarePath, IsRecognisedAsALayout) {
  const program flotilla;
  const small_model model{flotilla};
  scripted_registry there;
  const auto pushed = flotilla.push("./model", there.address() + "/m:v1");
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(there.content().manifest("m", "v1"), model.manifest.bytes);
}

TEST(BarePath, ThatIsNoModelSaysWhatWasLookedFor) {
  const program flotilla;
  std::filesystem::create_directory(flotilla / "folder");
  const auto pushed = flotilla.push("./folder", "127.0.0.1:1/m:v1");
  EXPECT_EQ(pushed.status, 3);
  for (const auto* sought : {"folder", "oci-layout", "manifests", "sha256"})
    EXPECT_TRUE(pushed.says(sought)) << pushed.err;
}

TEST(BarePath, OfAnOllamaStoreSaysHowToNameAModel) {
  const program flotilla;
  add_to_ollama(flotilla / "ollama", "registry.ollama.ai/library/tiny/latest",
                {ollama_layer("model", "x")});
  const auto pushed = flotilla.push("./ollama", "127.0.0.1:1/m:v1");
  EXPECT_EQ(pushed.status, 3);
  EXPECT_TRUE(pushed.says("ollama:NAME")) << pushed.err;
}

TEST(BarePath, ThatDoesNotExistSaysSo) {
  const program flotilla;
  const auto pushed = flotilla.push("./nothing", "127.0.0.1:1/m:v1");
  EXPECT_EQ(pushed.status, 3);
  EXPECT_TRUE(pushed.says("nothing")) << pushed.err;
  EXPECT_EQ(pushed.report.at("error").at("code"), 3);
}

TEST(BlobFolder, NeedsAManifest) {
  const program flotilla;
  write_blobs(flotilla / "folder", protocol::blob_naming::dash, {config()});
  const auto pushed = flotilla.push("blobs:" + flotilla / "folder", "127.0.0.1:1/m:v1");
  EXPECT_EQ(pushed.status, 2);
  EXPECT_TRUE(pushed.says("--manifest")) << pushed.err;
}

} // namespace

} // namespace flotilla::test
