// A worker that may read some directories alone, asked for what lies elsewhere.
#include "sources/small_file.hpp"

#include "tests/sources/source_fixture.hpp"

namespace flotilla::sources {
namespace {

namespace fs = std::filesystem;
using protocol::errc;
using test::layer;
using test::part;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* outside = "lies outside the directories that this worker may read (--root ";

class Confinement : public SourceFixture {
protected:
  Confinement() {
    fs::create_directory(dir / "data");
    options.roots = {dir / "data"};
  }
  void make_layout(const std::string& name) const {
    test::layout_on_disk layout{dir / name};
    layout.tag(layout.add_image({weights}), "v1");
  }
  void make_store(const std::string& name) const {
    test::add_to_ollama(dir / name, "registry.ollama.ai/library/llama3/latest", {weights});
  }
  /// Moves something out of `data`, and puts a link in its place.
  void move_out(const std::string& name) const {
    fs::create_directory(dir / "secret");
    fs::rename(dir / name, dir / "secret/moved");
    fs::create_symlink(dir / "secret/moved", dir / name);
  }
  /// The same, to another place within.
  void move_aside(const std::string& name) const {
    fs::create_directory(dir / "data/aside");
    fs::rename(dir / name, dir / "data/aside/moved");
    fs::create_symlink(dir / "data/aside/moved", dir / name);
  }
  /// Both questions are refused, and nothing else is said.
  void expect_outside(const std::string& source) const {
    SCOPED_TRACE(source);
    auto plan = outline_source(source, options);
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().code, errc::source_invalid);
    EXPECT_THAT(plan.error().message, HasSubstr(outside));
    auto files = find_blob_files(source, options);
    ASSERT_FALSE(files);
    EXPECT_EQ(files.error().code, errc::source_invalid);
    EXPECT_THAT(files.error().message, HasSubstr(outside));
  }
  /// Asking what the model is is refused.
  void expect_outline_outside(const std::string& source) const {
    SCOPED_TRACE(source);
    auto plan = outline_source(source, options);
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().code, errc::source_invalid);
    EXPECT_THAT(plan.error().message, HasSubstr(outside));
  }
  std::string file_of(const std::string& layout, const part& x) const {
    return layout + '/' + protocol::blob_file(protocol::blob_naming::oci, x.id());
  }

  part weights = layer("weights");
};

TEST_F(Confinement, WithinTheRootsAllIsAsAlways) {
  make_layout("data/model");
  make_store("data/models");
  options.ollama_models = dir / "data/models";
  for (const auto& source : {"oci:" + (dir / "data/model"), "oci:" + (dir / "data/model:v1"),
                             dir / "data/model", std::string{"ollama:llama3"}}) {
    SCOPED_TRACE(source);
    EXPECT_EQ(plan_of(source).blobs.size(), 2u);
  }
  EXPECT_THAT(complaint_about(dir / "data/none"), HasSubstr("no such file or directory"));
  options.manifest_file = dir / "data/manifest.json";
  test::write_file(options.manifest_file, test::image({weights}).bytes);
  EXPECT_EQ(plan_of("blobs:" + (dir / "data/model")).blobs.size(), 2u);
}

TEST_F(Confinement, LayoutElsewhereIsRefused) {
  make_layout("secret");
  make_layout("data-secret");
  make_layout("data/model");
  for (const char* path : {"secret", "secret/", "data-secret", "data/../secret", "data/./../secret",
                           "data/model/../../secret"}) {
    expect_outside("oci:" + (dir / path));
    expect_outside("oci:" + (dir / path) + ":v1");
    expect_outside(dir / path);
  }
}

TEST_F(Confinement, LinkToALayoutElsewhereIsRefused) {
  make_layout("secret");
  fs::create_directory_symlink(dir / "secret", dir / "data/link");
  fs::create_directory_symlink("../secret", dir / "data/near");
  for (const char* path : {"data/link", "data/near", "data/near/../secret"}) {
    expect_outside("oci:" + (dir / path));
    expect_outside(dir / path);
  }
}

TEST_F(Confinement, LinkToALayoutWithinIsFine) {
  make_layout("data/model");
  fs::create_directory_symlink("model", dir / "data/link");
  fs::create_directory_symlink("data/model", dir / "way-in");
  for (const char* path : {"data/link", "way-in"}) {
    EXPECT_EQ(plan_of("oci:" + (dir / path)).root, dir / "data/model");
    EXPECT_EQ(plan_of(dir / path).root, dir / "data/model");
  }
}

TEST_F(Confinement, RootThatIsALinkIsResolvedFirst) {
  make_layout("data/model");
  fs::create_directory_symlink("data", dir / "root");
  options.roots = {dir / "root"};
  EXPECT_EQ(plan_of("oci:" + (dir / "data/model")).blobs.size(), 2u);
  EXPECT_EQ(plan_of("oci:" + (dir / "root/model")).blobs.size(), 2u);
}

TEST_F(Confinement, WhatLiesElsewhereIsRefusedAlikeWhetherItIsThereOrNot) {
  make_layout("secret");
  test::write_file(dir / "file", "x");
  auto said = [&](const std::string& source) {
    auto files = find_blob_files(source, options);
    EXPECT_FALSE(files);
    auto text = files.error().message;
    auto at = text.find(dir / "");
    return at == text.npos ? text : text.substr(text.find('"', at));
  };
  for (const char* prefix : {"oci:", "blobs:", ""}) {
    SCOPED_TRACE(prefix);
    auto of_nothing = said(prefix + (dir / "none"));
    EXPECT_THAT(of_nothing, HasSubstr(outside));
    for (const char* name : {"secret", "file", "file/x", "none/x", "secret/blobs"})
      EXPECT_EQ(said(prefix + (dir / name)), of_nothing) << name;
  }
  // A tag is not split off where that would tell that the rest is a directory.
  EXPECT_THAT(find_blob_files("oci:" + (dir / "secret:v1"), options).error().message,
              HasSubstr("secret:v1\" lies outside"));
}

TEST_F(Confinement, FilesOfALayoutThatLeadOutAreRefused) {
  for (const char* name : {"oci-layout", "index.json"}) {
    SCOPED_TRACE(name);
    fs::remove_all(dir / "data");
    fs::remove_all(dir / "secret");
    make_layout("data/model");
    move_out(std::string{"data/model/"} + name);
    expect_outline_outside("oci:" + (dir / "data/model"));
  }
}

TEST_F(Confinement, FilesOfALayoutThatAreLinksWithinAreFine) {
  for (const char* name : {"oci-layout", "index.json", "blobs", "blobs/sha256"}) {
    SCOPED_TRACE(name);
    fs::remove_all(dir / "data");
    make_layout("data/model");
    move_aside(std::string{"data/model/"} + name);
    EXPECT_EQ(plan_of("oci:" + (dir / "data/model")).blobs.size(), 2u);
  }
}

TEST_F(Confinement, FoldersOfBlobsThatLeadOutAreRefused) {
  for (const char* name : {"blobs", "blobs/sha256"}) {
    SCOPED_TRACE(name);
    fs::remove_all(dir / "data");
    fs::remove_all(dir / "secret");
    make_layout("data/model");
    move_out(std::string{"data/model/"} + name);
    expect_outside("oci:" + (dir / "data/model"));
    options.manifest_file = dir / "data/manifest.json";
    test::write_file(options.manifest_file, test::image({weights}).bytes);
    expect_outside("blobs:" + (dir / "data/model"));
    options.manifest_file.clear();
  }
}

TEST_F(Confinement, ManifestThatLeadsOutIsNotRead) {
  make_layout("data/model");
  move_out(file_of("data/model", test::image({weights})));
  expect_outline_outside("oci:" + (dir / "data/model"));
}

TEST_F(Confinement, BlobThatLeadsOutIsNotHeld) {
  make_layout("data/model");
  move_out(file_of("data/model", weights));
  auto plan = outline_source("oci:" + (dir / "data/model"), options);
  auto files = find_blob_files("oci:" + (dir / "data/model"), options);
  ASSERT_TRUE(plan && files);
  auto found = look_for(*files, plan->blobs);
  EXPECT_THAT(found.held, testing::ElementsAre(0, 1)); // weights, config
  EXPECT_EQ(found.problems.missing_count(), 0u);
  EXPECT_THAT(found.problems.wrong(),
              testing::ElementsAre(AllOf(HasSubstr(weights.id().hex()), HasSubstr(outside),
                                         Not(HasSubstr("secret")))));
}

TEST_F(Confinement, BlobThatIsALinkWithinIsHeld) {
  make_layout("data/model");
  move_aside(file_of("data/model", weights));
  EXPECT_EQ(plan_of("oci:" + (dir / "data/model")).blobs.size(), 2u);
}

TEST_F(Confinement, BlobBehindTwoLinksOfWhichTheSecondLeadsOut) {
  make_layout("data/model");
  move_aside(file_of("data/model", weights));
  move_out("data/aside/moved");
  EXPECT_THAT(complaint_about("oci:" + (dir / "data/model")),
              AllOf(HasSubstr("1 of 3 files"), HasSubstr(outside)));
}

TEST_F(Confinement, DanglingBlobIsWrongAsAlways) {
  make_layout("data/model");
  fs::remove(dir / file_of("data/model", weights));
  fs::create_symlink("nowhere", dir / file_of("data/model", weights));
  EXPECT_THAT(complaint_about("oci:" + (dir / "data/model")),
              HasSubstr("a link to a file that does not exist"));
}

TEST_F(Confinement, ManifestFileElsewhereIsNotRead) {
  make_layout("data/model");
  auto source = "blobs:" + (dir / "data/model");
  test::write_file(dir / "secret/manifest.json", test::image({weights}).bytes);
  fs::create_symlink("../secret/manifest.json", dir / "data/link.json");
  for (const char* file : {"secret/manifest.json", "data/../secret/manifest.json", "data/link.json",
                           "secret/none.json"}) {
    options.manifest_file = dir / file;
    expect_outline_outside(source);
  }
  options.manifest_file = "/dev/zero";
  expect_outline_outside(source);
  test::write_file(dir / "data/manifest.json", test::image({weights}).bytes);
  fs::create_symlink("manifest.json", dir / "data/within.json");
  options.manifest_file = dir / "data/within.json";
  EXPECT_EQ(plan_of(source).blobs.size(), 2u);
}

TEST_F(Confinement, FolderOfBlobsElsewhereIsRefused) {
  test::write_blobs(dir / "secret", protocol::blob_naming::dash, {weights, test::config()});
  options.manifest_file = dir / "data/manifest.json";
  test::write_file(options.manifest_file, test::image({weights}).bytes);
  fs::create_directory_symlink("../secret", dir / "data/link");
  for (const char* path : {"secret", "data/../secret", "data/link"}) {
    expect_outside("blobs:" + (dir / path));
    expect_outside(dir / path);
  }
}

TEST_F(Confinement, OllamaStoreElsewhereIsRefused) {
  make_store("models");
  options.ollama_models = dir / "models";
  expect_outside("ollama:llama3");
  options.ollama_models = dir / "data/../models";
  expect_outside("ollama:llama3");
  fs::create_directory_symlink("../models", dir / "data/link");
  options.ollama_models = dir / "data/link";
  expect_outside("ollama:llama3");
}

TEST_F(Confinement, OllamaStoreWithinIsFoundBehindOneElsewhere) {
  make_store("home/.ollama/models");
  make_store("data/models");
  options.home = dir / "home";
  options.ollama_service = dir / "data/models";
  EXPECT_EQ(plan_of("ollama:llama3").root, dir / "data/models/blobs");
}

TEST_F(Confinement, FoldersOfAStoreThatLeadOutAreRefused) {
  options.ollama_models = dir / "data/models";
  const auto manifests = std::string{"data/models/manifests"};
  for (const auto& name :
       {manifests, manifests + "/registry.ollama.ai", manifests + "/registry.ollama.ai/library",
        manifests + "/registry.ollama.ai/library/llama3",
        manifests + "/registry.ollama.ai/library/llama3/latest",
        std::string{"data/models/blobs"}}) {
    SCOPED_TRACE(name);
    fs::remove_all(dir / "data");
    fs::remove_all(dir / "secret");
    make_store("data/models");
    move_out(name);
    expect_outline_outside("ollama:llama3");
  }
  EXPECT_THAT(find_blob_files("ollama:llama3", options).error().message, HasSubstr(outside));
}

TEST_F(Confinement, FoldersOfAStoreThatAreLinksWithinAreFine) {
  options.ollama_models = dir / "data/models";
  const auto manifests = std::string{"data/models/manifests"};
  for (const auto& name : {manifests, manifests + "/registry.ollama.ai/library",
                           manifests + "/registry.ollama.ai/library/llama3/latest",
                           std::string{"data/models/blobs"}}) {
    SCOPED_TRACE(name);
    fs::remove_all(dir / "data");
    make_store("data/models");
    move_aside(name);
    EXPECT_EQ(plan_of("ollama:llama3").blobs.size(), 2u);
  }
}

TEST_F(Confinement, ModelsElsewhereAreNotListed) {
  make_store("data/models");
  options.ollama_models = dir / "data/models";
  test::add_to_ollama(dir / "secret", "registry.ollama.ai/me/hidden/latest", {});
  fs::create_directory_symlink(dir / "secret/manifests/registry.ollama.ai/me",
                               dir / "data/models/manifests/registry.ollama.ai/me");
  EXPECT_THAT(complaint_about("ollama:none"),
              AllOf(HasSubstr("it holds \"llama3\""), Not(HasSubstr("hidden"))));
}

TEST_F(Confinement, SmallFileElsewhereIsNotRead) {
  const confines within{options.roots};
  test::write_file(dir / "secret", "x");
  test::write_file(dir / "data/file", "x");
  EXPECT_TRUE(read_small_file(dir / "data/file", within));
  auto read = read_small_file(dir / "secret", within);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, within.refusal(dir / "secret").message);
}

TEST_F(Confinement, WithoutRootsLinksMayLeadAnywhere) {
  options.roots.clear();
  make_layout("data/model");
  move_out(file_of("data/model", weights));
  EXPECT_EQ(plan_of("oci:" + (dir / "data/model")).blobs.size(), 2u);
}

} // namespace
} // namespace flotilla::sources
