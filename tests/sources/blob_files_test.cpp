// A model whose files are not what its manifest says.
#include "sources/blob_files.hpp"

#include "tests/sources/source_fixture.hpp"
#include "tests/support/as_nobody.hpp"

#include <sys/stat.h>

namespace flotilla::sources {
namespace {

namespace fs = std::filesystem;
using test::image;
using test::layer;
using test::part;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class BlobFiles : public SourceFixture {
protected:
  BlobFiles() : layout(dir / "model"), source("oci:" + (dir / "model")) {
    top = layout.add_image({weights, layer("other")});
    layout.tag(top);
  }
  std::string complaint() const {
    return complaint_about(source);
  }
  blob_files files_in(const char* folder, std::vector<protocol::blob_naming> namings) const {
    auto files = blob_files::at(dir / folder, std::move(namings), confines{});
    return std::move(*files);
  }
  /// Puts another thing where the weights lie.
  fs::path remove_weights() const {
    fs::remove(layout.file_of(weights));
    return layout.file_of(weights);
  }

  test::layout_on_disk layout;
  std::string source;
  part weights = layer("weights");
  part top;
};

TEST_F(BlobFiles, MissingFile) {
  remove_weights();
  EXPECT_THAT(complaint(), AllOf(HasSubstr("1 of 4 files in \"" + (dir / "model") + "\" is not"),
                                 HasSubstr("blobs/sha256/" + weights.id().hex() + ": missing")));
}

TEST_F(BlobFiles, ShortFile) {
  test::write_file(layout.file_of(weights), "weigh");
  EXPECT_THAT(complaint(), HasSubstr(weights.id().hex() + ": 5 bytes instead of 7"));
}

TEST_F(BlobFiles, LongFile) {
  test::write_file(layout.file_of(weights), "weights!");
  EXPECT_THAT(complaint(), HasSubstr(weights.id().hex() + ": 8 bytes instead of 7"));
}

TEST_F(BlobFiles, EmptyFileWhereThereShouldBeContent) {
  test::write_file(layout.file_of(weights), "");
  EXPECT_THAT(complaint(), HasSubstr("0 bytes instead of 7"));
}

TEST_F(BlobFiles, EmptyBlobIsFine) {
  test::layout_on_disk other{dir / "empty"};
  other.tag(other.add_image({layer("")}));
  EXPECT_EQ(plan_of("oci:" + (dir / "empty")).blobs[0].size, 0u);
}

TEST_F(BlobFiles, UnreadableFile) {
  fs::permissions(dir.path(), fs::perms{0755});
  fs::permissions(layout.file_of(weights), fs::perms::none);
  auto text = test::as_nobody([this] { return complaint(); });
  EXPECT_THAT(text, HasSubstr(weights.id().hex() + ": unreadable: Permission denied"));
}

TEST_F(BlobFiles, FolderThatMayNotBeEntered) {
  fs::permissions(dir.path(), fs::perms{0755});
  fs::permissions(dir / "model/blobs", fs::perms::none);
  auto text = test::as_nobody([this] { return complaint(); });
  fs::permissions(dir / "model/blobs", fs::perms::owner_all);
  EXPECT_THAT(text, HasSubstr(top.id().hex() + ": unreadable: Permission denied"));
}

TEST_F(BlobFiles, Directory) {
  fs::create_directory(remove_weights());
  EXPECT_THAT(complaint(), HasSubstr(weights.id().hex() + ": a directory"));
}

TEST_F(BlobFiles, Pipe) {
  ASSERT_EQ(::mkfifo(remove_weights().c_str(), 0600), 0);
  EXPECT_THAT(complaint(), HasSubstr(weights.id().hex() + ": not a regular file"));
}

TEST_F(BlobFiles, DanglingLink) {
  fs::create_symlink("nowhere", remove_weights());
  EXPECT_THAT(complaint(), HasSubstr(weights.id().hex() + ": a link to a file that does not"));
}

TEST_F(BlobFiles, LinkThatLeadsToItself) {
  auto path = remove_weights();
  fs::create_symlink(path, path);
  EXPECT_THAT(complaint(), HasSubstr(weights.id().hex() + ": unreadable: Too many levels"));
}

TEST_F(BlobFiles, LinkToAFileIsFine) {
  test::write_file(dir / "elsewhere", "weights");
  fs::create_symlink(dir / "elsewhere", remove_weights());
  EXPECT_EQ(plan_of(source).blobs.size(), 3u);
}

TEST_F(BlobFiles, AllAreListedNotJustTheFirst) {
  std::vector<part> layers;
  for (char c = 'a'; c < 'g'; ++c)
    layers.push_back(layer(std::string(10, c)));
  test::layout_on_disk other{dir / "bad"};
  other.tag(other.add_image(layers));
  fs::remove(other.file_of(layers[0]));
  test::write_file(other.file_of(layers[1]), "short");
  test::write_file(other.file_of(layers[2]), "long, longer");
  fs::remove(other.file_of(layers[3]));
  fs::create_directory(other.file_of(layers[3]));
  fs::remove(other.file_of(layers[4]));
  fs::create_symlink("nowhere", other.file_of(layers[4]));
  auto name = [&](std::size_t i) { return "blobs/sha256/" + layers[i].id().hex() + ": "; };
  EXPECT_THAT(complaint_about("oci:" + (dir / "bad")),
              AllOf(HasSubstr("5 of 8 files"), HasSubstr(name(0) + "missing"),
                    HasSubstr(name(1) + "5 bytes instead of 10"),
                    HasSubstr(name(2) + "12 bytes instead of 10"),
                    HasSubstr(name(3) + "a directory"), HasSubstr(name(4) + "a link to"),
                    Not(HasSubstr(layers[5].id().hex())), Not(HasSubstr("more"))));
}

TEST_F(BlobFiles, TwentyAreListedAndTheRestCounted) {
  std::vector<part> layers;
  for (int i = 0; i < 23; ++i)
    layers.push_back(layer("layer " + std::to_string(i)));
  test::layout_on_disk other{dir / "bad"};
  other.add({image(layers), test::config()});
  other.tag(image(layers));
  EXPECT_THAT(complaint_about("oci:" + (dir / "bad")),
              AllOf(HasSubstr("23 of 25 files"), HasSubstr(layers[19].id().hex()),
                    Not(HasSubstr(layers[20].id().hex())), HasSubstr("; and 3 more")));
}

TEST_F(BlobFiles, FilesOfEveryManifestOfAnIndexAreListed) {
  auto a = layer("a"), b = layer("b");
  auto left = image({a}), right = image({b});
  auto whole = test::index_of({left, right});
  test::layout_on_disk other{dir / "bad"};
  other.add({test::config(), left, right, whole});
  other.tag(whole);
  EXPECT_THAT(complaint_about("oci:" + (dir / "bad")),
              AllOf(HasSubstr("2 of 6 files"), HasSubstr(a.id().hex() + ": missing"),
                    HasSubstr(b.id().hex() + ": missing")));
}

TEST_F(BlobFiles, ManifestWhoseContentIsAnother) {
  auto changed = top.bytes;
  changed[changed.size() - 2] = ' ';
  test::write_file(layout.file_of(top), changed);
  EXPECT_THAT(complaint(), AllOf(HasSubstr(top.id().hex() + ": its content is sha256:"),
                                 HasSubstr(protocol::digest::of(changed).hex())));
}

TEST_F(BlobFiles, ManifestOfTheWrongLength) {
  test::write_file(layout.file_of(top), top.bytes + '\n');
  EXPECT_THAT(complaint(), HasSubstr("bytes instead of " + std::to_string(top.bytes.size())));
}

TEST_F(BlobFiles, HintSaysWhatToDo) {
  remove_weights();
  EXPECT_THAT(error_of(source).hint, HasSubstr("nothing was sent"));
}

TEST_F(BlobFiles, NamingsAreTriedInOrder) {
  using protocol::blob_naming;
  test::write_blobs(dir / "mixed", blob_naming::colon, {weights});
  auto files = files_in("mixed", {blob_naming::dash, blob_naming::slash, blob_naming::colon});
  EXPECT_EQ(files.look_at(weights.id(), 7).naming, blob_naming::colon);
  test::write_blobs(dir / "mixed", blob_naming::slash, {weights});
  EXPECT_EQ(files.look_at(weights.id(), 7).naming, blob_naming::slash);
  EXPECT_EQ(files.look_at(weights.id(), 7).problem, "");
  EXPECT_TRUE(files.look_at(layer("none").id(), 4).missing);
}

TEST_F(BlobFiles, FileUnderALaterNamingGoesBeforeADanglingLink) {
  using protocol::blob_naming;
  test::write_blobs(dir / "mixed", blob_naming::colon, {weights});
  fs::create_symlink("nowhere", dir / ("mixed/sha256-" + weights.id().hex()));
  auto files = files_in("mixed", {blob_naming::dash, blob_naming::slash, blob_naming::colon});
  EXPECT_EQ(files.look_at(weights.id(), 7).naming, blob_naming::colon);
  EXPECT_EQ(files.look_at(weights.id(), 7).problem, "");
  fs::remove(files.path_of(weights.id(), blob_naming::colon));
  EXPECT_FALSE(files.look_at(weights.id(), 7).missing);
  EXPECT_THAT(files.look_at(weights.id(), 7).problem, HasSubstr("a link to a file that does not"));
}

TEST_F(BlobFiles, PathsBelowTheTopOfAllHaveOneSlash) {
  auto files = blob_files::at("/", {protocol::blob_naming::dash}, confines{});
  ASSERT_TRUE(files);
  EXPECT_EQ(files->path_of(weights.id(), protocol::blob_naming::dash),
            "/sha256-" + weights.id().hex());
}

TEST_F(BlobFiles, FileWhereAFolderWasExpectedIsPassedOver) {
  using protocol::blob_naming;
  test::write_file(dir / "mixed/sha256", "a file, so that sha256/... cannot be looked at");
  test::write_blobs(dir / "mixed", blob_naming::colon, {weights});
  auto files = files_in("mixed", {blob_naming::slash, blob_naming::colon});
  EXPECT_EQ(files.look_at(weights.id(), 7).naming, blob_naming::colon);
}

} // namespace
} // namespace flotilla::sources
