// Where a model's blobs lie on a machine that may hold nothing else of it.
#include "tests/sources/source_fixture.hpp"

namespace flotilla::sources {
namespace {

namespace fs = std::filesystem;
using protocol::blob_naming;
using protocol::errc;
using test::layer;
using test::part;
using testing::AllOf;
using testing::HasSubstr;

class FindBlobFiles : public SourceFixture {
protected:
  /// The file of `weights`, as far as it is one of the source's.
  std::string file_in(const std::string& source) const {
    auto files = find_blob_files(source, options);
    if (!files)
      return files.error().message;
    auto found = files->look_at(weights.id(), weights.bytes.size());
    return found.problem.empty() ? files->path_of(weights.id(), found.naming) : found.problem;
  }
  protocol::failure refusal_of(const std::string& source) const {
    auto files = find_blob_files(source, options);
    if (!files)
      return files.error();
    ADD_FAILURE() << source << " was taken";
    return {};
  }
  std::string in(const std::string& folder, blob_naming naming) const {
    return dir / (folder + '/' + protocol::blob_file(naming, weights.id()));
  }

  part weights = layer("weights");
};

TEST_F(FindBlobFiles, LayoutWithoutIndexOrManifests) {
  test::write_blobs(dir / "model", blob_naming::oci, {weights});
  for (const char* source : {"model", "model:v1", "model:host.io/name:v1"}) {
    SCOPED_TRACE(source);
    EXPECT_EQ(file_in("oci:" + (dir / source)), in("model", blob_naming::oci));
  }
}

TEST_F(FindBlobFiles, WholeLayout) {
  test::layout_on_disk layout{dir / "model"};
  layout.tag(layout.add_image({weights}), "v1");
  for (const auto& source : {"oci:" + (dir / "model"), "oci:" + (dir / "model:v1"),
                             "oci:" + (dir / "model:no-such-tag"), dir / "model"}) {
    SCOPED_TRACE(source);
    EXPECT_EQ(file_in(source), in("model", blob_naming::oci));
  }
}

TEST_F(FindBlobFiles, DirectoryOfALayoutThatHoldsNothingYet) {
  fs::create_directory(dir / "model");
  EXPECT_EQ(file_in("oci:" + (dir / "model")), "missing");
}

TEST_F(FindBlobFiles, LayoutThatIsBrokenStillHoldsItsBlobs) {
  test::write_blobs(dir / "model", blob_naming::oci, {weights});
  test::write_file(dir / "model/oci-layout", "no JSON");
  test::write_file(dir / "model/index.json", "no JSON");
  EXPECT_EQ(file_in("oci:" + (dir / "model")), in("model", blob_naming::oci));
}

TEST_F(FindBlobFiles, FolderOfBlobsWithoutItsManifest) {
  for (auto naming :
       {blob_naming::dash, blob_naming::slash, blob_naming::oci, blob_naming::colon}) {
    auto folder = "blobs" + std::to_string(static_cast<int>(naming));
    SCOPED_TRACE(folder);
    test::write_blobs(dir / folder, naming, {weights});
    EXPECT_EQ(file_in(dir / folder), in(folder, naming));
    EXPECT_EQ(file_in("blobs:" + (dir / folder)), in(folder, naming));
    options.manifest_file = dir / "none.json";
    EXPECT_EQ(file_in("blobs:" + (dir / folder)), in(folder, naming));
    options.manifest_file.clear();
  }
}

TEST_F(FindBlobFiles, OllamaStoreWithoutManifests) {
  options.ollama_models = dir / "models";
  test::write_blobs(dir / "models/blobs", blob_naming::dash, {weights});
  EXPECT_EQ(file_in("ollama:llama3:8b"), in("models/blobs", blob_naming::dash));
}

TEST_F(FindBlobFiles, OllamaStoreThatLacksTheModel) {
  options.ollama_models = dir / "models";
  test::add_to_ollama(dir / "models", "registry.ollama.ai/library/other/latest", {weights});
  EXPECT_EQ(file_in("ollama:llama3"), in("models/blobs", blob_naming::dash));
}

TEST_F(FindBlobFiles, OllamaStoreWithManifestsIsTheSameForBothQuestions) {
  options.home = dir / "home";
  options.ollama_service = dir / "service";
  test::write_blobs(dir / "home/.ollama/models/blobs", blob_naming::dash, {weights});
  EXPECT_EQ(file_in("ollama:m"), in("home/.ollama/models/blobs", blob_naming::dash));
  test::add_to_ollama(dir / "service", "registry.ollama.ai/library/m/latest", {weights});
  EXPECT_EQ(file_in("ollama:m"), in("service/blobs", blob_naming::dash));
}

TEST_F(FindBlobFiles, NoSuchPlace) {
  test::write_file(dir / "file", "x");
  test::write_file(dir / "other/readme.txt", "hello");
  test::add_to_ollama(dir / "store", "registry.ollama.ai/library/m/latest", {weights});
  const struct {
    std::string source;
    std::string says;
  } cases[] = {
    {"oci:" + (dir / "none"), "no such file or directory"},
    {"oci:" + (dir / "none:v1"), "no such file or directory"},
    {"oci:" + (dir / "file"), "not a directory"},
    {"blobs:" + (dir / "none"), "no such file or directory"},
    {"blobs:" + (dir / "file"), "not a directory"},
    {dir / "none", "no such file or directory"},
    {dir / "file", "not a directory"},
    {dir / "other", "is no model"},
    {dir / "store", "a store of Ollama"},
    {"ollama:llama3", "no Ollama store"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.source);
    auto error = refusal_of(c.source);
    EXPECT_EQ(error.code, errc::source_invalid);
    EXPECT_THAT(error.message, HasSubstr(c.says));
  }
}

TEST_F(FindBlobFiles, OllamaStoreWithoutBlobs) {
  options.ollama_models = dir / "models";
  EXPECT_THAT(refusal_of("ollama:m").message, HasSubstr(dir / "models/blobs"));
  fs::create_directories(dir / "models/manifests");
  EXPECT_THAT(refusal_of("ollama:m").message,
              AllOf(HasSubstr("no such file or directory"), HasSubstr(dir / "models/blobs")));
}

TEST_F(FindBlobFiles, NameThatIsNoneIsUsage) {
  fs::create_directory(dir / "model");
  options.ollama_models = dir / "model";
  for (const auto& source :
       {std::string{}, std::string{"oci:"}, "oci:" + (dir / "model:"), std::string{"blobs:"},
        std::string{"ollama:"}, std::string{"ollama:../../etc"}, std::string{"hf:meta/llama"},
        "oci:" + std::string(1 << 20, ':'), std::string(1 << 20, '/')}) {
    SCOPED_TRACE(source.substr(0, 100));
    EXPECT_EQ(refusal_of(source).code, errc::usage);
  }
}

} // namespace
} // namespace flotilla::sources
