#include "tests/sources/source_fixture.hpp"

namespace flotilla::sources {
namespace {

using protocol::errc;
using testing::AllOf;
using testing::HasSubstr;

class Source : public SourceFixture {
protected:
  std::string make_layout(const std::string& name) const {
    test::layout_on_disk layout{dir / name};
    layout.tag(layout.add_image({test::layer("weights")}), "v1");
    return dir / name;
  }
  std::string make_store(const std::string& name) const {
    test::add_to_ollama(dir / name, "registry.ollama.ai/library/llama3/latest",
                        {test::ollama_layer("model", "weights")});
    return dir / name;
  }
};

TEST_F(Source, PlanKeepsTheNameThatTheUserWrote) {
  auto path = make_layout("model");
  EXPECT_EQ(plan_of("oci:" + path).source, "oci:" + path);
  EXPECT_EQ(plan_of(path).source, path);
}

TEST_F(Source, BarePathOfALayoutIsRecognised) {
  auto plan = plan_of(make_layout("model"));
  EXPECT_EQ(plan.root, dir / "model");
  EXPECT_EQ(plan.manifests.size(), 1u);
}

TEST_F(Source, RootIsAbsoluteAndWithoutLinks) {
  make_layout("model");
  std::filesystem::create_directory_symlink("model", dir / "link");
  EXPECT_EQ(plan_of(dir / "link/../link").root, dir / "model");
}

TEST_F(Source, BarePathOfAFolderOfBlobsNeedsAManifest) {
  auto weights = test::layer("weights");
  test::write_blobs(dir / "blobs", protocol::blob_naming::dash, {weights, test::config()});
  auto error = error_of(dir / "blobs");
  EXPECT_EQ(error.code, errc::usage);
  EXPECT_THAT(error.hint, HasSubstr("--manifest"));

  test::write_file(dir / "manifest.json", test::image({weights}).bytes);
  options.manifest_file = dir / "manifest.json";
  EXPECT_EQ(plan_of(dir / "blobs").blobs.size(), 2u);
}

TEST_F(Source, BarePathOfAnOllamaStoreSaysHowToNameAModel) {
  auto error = error_of(make_store("models"));
  EXPECT_EQ(error.code, errc::source_invalid);
  EXPECT_THAT(error.message, HasSubstr("store of Ollama"));
  EXPECT_THAT(error.hint, AllOf(HasSubstr("OLLAMA_MODELS"), HasSubstr("ollama:NAME")));
}

TEST_F(Source, UnrecognisedDirectorySaysWhatWasLookedFor) {
  test::write_file(dir / "other/readme.txt", "hello");
  auto error = error_of(dir / "other");
  EXPECT_EQ(error.code, errc::source_invalid);
  EXPECT_THAT(error.message, AllOf(HasSubstr("oci-layout"), HasSubstr("sha256-"),
                                   HasSubstr("blobs/sha256/"), HasSubstr("manifests")));
}

TEST_F(Source, FileNamesLikeThoseOfBlobsAreNotEnough) {
  test::write_file(dir / "other/sha256-notes.txt", "hello");
  EXPECT_THAT(complaint_about(dir / "other"), HasSubstr("no model"));
}

TEST_F(Source, NothingThere) {
  EXPECT_EQ(complaint_about(dir / "none"), "no such file or directory: \"" + (dir / "none") + '"');
}

TEST_F(Source, FileInsteadOfADirectory) {
  test::write_file(dir / "model.gguf", "GGUF");
  EXPECT_THAT(complaint_about(dir / "model.gguf"), HasSubstr("not a directory"));
}

TEST_F(Source, NameOfAnOllamaModelIsHinted) {
  options.ollama_models = make_store("models");
  EXPECT_THAT(error_of("llama3").hint, HasSubstr("ollama:llama3"));
  EXPECT_THAT(error_of("llama3:latest").hint, HasSubstr("ollama:llama3:latest"));
  EXPECT_EQ(error_of("llama4").hint.find("ollama:llama4"), std::string::npos);
}

TEST_F(Source, LayoutWithATagButNoPrefixIsHinted) {
  auto path = make_layout("model");
  auto error = error_of(path + ":v1");
  EXPECT_EQ(error.code, errc::source_invalid);
  EXPECT_THAT(error.hint, HasSubstr("oci:" + path + ":v1"));
}

TEST_F(Source, UnknownPrefixNamesTheKnownOnes) {
  for (const char* source : {"dir:/models/llama", "docker://host/name", "hf:meta/llama"}) {
    SCOPED_TRACE(source);
    auto error = error_of(source);
    EXPECT_EQ(error.code, errc::usage);
    EXPECT_THAT(error.hint, AllOf(HasSubstr("oci:"), HasSubstr("ollama:"), HasSubstr("blobs:")));
  }
}

TEST_F(Source, NameWithoutContentIsUsage) {
  make_layout("model");
  for (const auto& source :
       {std::string{}, std::string{"oci:"}, "oci:" + (dir / "model:"), std::string{"ollama:"},
        std::string{"ollama::8b"}, std::string{"blobs:"}}) {
    SCOPED_TRACE(source);
    EXPECT_EQ(error_of(source).code, errc::usage);
  }
}

TEST_F(Source, ManifestFileWhereItHasNoUse) {
  options.manifest_file = dir / "manifest.json";
  options.ollama_models = make_store("models");
  auto path = make_layout("model");
  for (const auto& source : {path, "oci:" + path, std::string{"ollama:llama3"}}) {
    SCOPED_TRACE(source);
    auto error = error_of(source);
    EXPECT_EQ(error.code, errc::usage);
    EXPECT_THAT(error.message, HasSubstr("--manifest"));
  }
}

TEST_F(Source, MessagesHoldNoControlCharacters) {
  for (const char* source : {"\x1b[31mred", "oci:\x1b[31mred", "blobs:\x1b[31m", "ollama:\x1b[31m",
                             "x\n:y", "./a\x07:b"}) {
    SCOPED_TRACE(source);
    auto error = error_of(source);
    for (char c : error.message + error.hint)
      EXPECT_GE(static_cast<unsigned char>(c), 0x20);
  }
}

} // namespace
} // namespace flotilla::sources
