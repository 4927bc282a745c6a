#include "sources/blob_folder.hpp"

#include "tests/sources/source_fixture.hpp"

namespace flotilla::sources {
namespace {

using protocol::blob_naming;
using protocol::errc;
using test::config;
using test::layer;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class BlobFolder : public SourceFixture {
protected:
  BlobFolder() : source("blobs:" + (dir / "blobs")) {
    std::filesystem::create_directory(dir / "blobs");
    options.manifest_file = dir / "manifest.json";
  }
  std::string source;
};

TEST_F(BlobFolder, EveryNamingIsFound) {
  for (auto naming :
       {blob_naming::dash, blob_naming::slash, blob_naming::oci, blob_naming::colon}) {
    SCOPED_TRACE(static_cast<int>(naming));
    test::temp_dir root;
    test::write_blobs(root.path(), naming, {layer("weights"), config()});
    test::write_file(options.manifest_file, test::image({layer("weights")}).bytes);
    EXPECT_TRUE(holds_blobs(root.path().string()));
    auto plan = plan_of("blobs:" + root.path().string());
    ASSERT_THAT(blob_ids(plan), ElementsAre(layer("weights").id(), config().id()));
    EXPECT_EQ(plan.namings[0], naming);
    EXPECT_TRUE(std::filesystem::is_regular_file(plan.paths[0]));
  }
}

TEST_F(BlobFolder, NamingsMayBeMixed) {
  test::write_blobs(dir / "blobs", blob_naming::dash, {layer("weights")});
  test::write_blobs(dir / "blobs", blob_naming::slash, {config()});
  test::write_file(options.manifest_file, test::image({layer("weights")}).bytes);
  auto plan = plan_of(source);
  EXPECT_EQ(plan.namings[0], blob_naming::dash);
  EXPECT_EQ(plan.namings[1], blob_naming::slash);
}

TEST_F(BlobFolder, ManifestKeepsItsBytes) {
  auto text = '\n' + test::image({layer("weights")}).bytes + "\n";
  test::write_blobs(dir / "blobs", blob_naming::dash, {layer("weights"), config()});
  test::write_file(options.manifest_file, text);
  EXPECT_EQ(plan_of(source).top().bytes, text);
}

TEST_F(BlobFolder, IndexWhoseManifestsLieAmongTheBlobs) {
  auto left = test::image({layer("a")}), right = test::image({layer("b")});
  auto top = test::index_of({left, right});
  test::write_blobs(dir / "blobs", blob_naming::slash,
                    {layer("a"), layer("b"), config(), left, right});
  test::write_file(options.manifest_file, top.bytes);
  EXPECT_THAT(manifest_ids(plan_of(source)), ElementsAre(left.id(), right.id(), top.id()));
}

TEST_F(BlobFolder, IndexWhoseManifestIsMissing) {
  auto left = test::image({layer("a")});
  test::write_file(options.manifest_file, test::index_of({left}).bytes);
  EXPECT_THAT(complaint_about(source), HasSubstr("sha256-" + left.id().hex() + ": missing"));
}

TEST_F(BlobFolder, MissingBlobIsNamedTheUsualWay) {
  test::write_blobs(dir / "blobs", blob_naming::slash, {config()});
  test::write_file(options.manifest_file, test::image({layer("weights")}).bytes);
  EXPECT_THAT(complaint_about(source), HasSubstr("sha256-" + layer("weights").id().hex()));
}

TEST_F(BlobFolder, NoManifestFileGiven) {
  options.manifest_file.clear();
  auto error = error_of(source);
  EXPECT_EQ(error.code, errc::usage);
  EXPECT_THAT(error.hint, HasSubstr("--manifest FILE"));
}

TEST_F(BlobFolder, ManifestFileIsNotThere) {
  EXPECT_THAT(complaint_about(source),
              AllOf(HasSubstr("no such file"), HasSubstr("manifest.json")));
}

TEST_F(BlobFolder, ManifestFileIsADirectory) {
  std::filesystem::create_directory(options.manifest_file);
  EXPECT_THAT(complaint_about(source), HasSubstr("not a regular file"));
}

TEST_F(BlobFolder, FolderIsNotThere) {
  EXPECT_THAT(complaint_about("blobs:" + (dir / "none")), HasSubstr("no such file or directory"));
}

TEST_F(BlobFolder, FolderIsAFile) {
  test::write_file(dir / "file", "x");
  EXPECT_THAT(complaint_about("blobs:" + (dir / "file")), HasSubstr("not a directory"));
}

} // namespace
} // namespace flotilla::sources
