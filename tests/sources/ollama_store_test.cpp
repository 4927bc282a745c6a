#include "sources/ollama_store.hpp"

#include "tests/sources/source_fixture.hpp"
#include "tests/support/as_nobody.hpp"

namespace flotilla::sources {
namespace {

using protocol::errc;
using test::ollama_layer;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class OllamaStore : public SourceFixture {
protected:
  OllamaStore() {
    options.ollama_models = dir / "models";
  }
  /// A model of one layer, below `models`.
  test::part add(const std::string& path, const std::string& bytes = "weights") const {
    return test::add_to_ollama(dir / "models", path, {ollama_layer("model", bytes)});
  }
};

TEST_F(OllamaStore, ModelWithItsManifestAsItIs) {
  auto weights = ollama_layer("model", "weights"), license = ollama_layer("license", "free");
  auto top = test::add_to_ollama(dir / "models", "registry.ollama.ai/library/llama3/8b",
                                 {weights, license});
  auto plan = plan_of("ollama:llama3:8b");
  EXPECT_EQ(plan.root, dir / "models/blobs");
  EXPECT_EQ(plan.top().bytes, top.bytes);
  EXPECT_EQ(plan.top().bytes.back(), '\n');
  EXPECT_EQ(plan.top().media_type, "application/vnd.docker.distribution.manifest.v2+json");
  ASSERT_EQ(plan.blobs.size(), 3u);
  EXPECT_EQ(plan.blobs[0].id, weights.id());
  EXPECT_EQ(plan.blobs[1].id, license.id());
  EXPECT_EQ(plan.paths[0], dir / ("models/blobs/sha256-" + weights.id().hex()));
}

TEST_F(OllamaStore, NamesOfOneModel) {
  auto top = add("registry.ollama.ai/library/llama3/latest");
  for (const char* name :
       {"llama3", "llama3:latest", "library/llama3", "LLAMA3:Latest",
        "registry.ollama.ai/library/llama3", "https://registry.ollama.ai/library/llama3"}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(plan_of(std::string{"ollama:"} + name).top().id, top.id());
  }
}

TEST_F(OllamaStore, ModelsOfOtherHostsAndOwners) {
  auto hf = add("hf.co/Me/Model-GGUF/Q4_K_M", "a");
  auto own = add("localhost:5000/me/model/latest", "b");
  EXPECT_EQ(plan_of("ollama:hf.co/me/model-gguf:q4_k_m").top().id, hf.id());
  EXPECT_EQ(plan_of("ollama:localhost:5000/me/model").top().id, own.id());
}

TEST_F(OllamaStore, VeryNameComesBeforeOneOfOtherCase) {
  auto upper = add("registry.ollama.ai/library/Model/latest", "a");
  auto lower = add("registry.ollama.ai/library/model/latest", "b");
  EXPECT_EQ(plan_of("ollama:Model").top().id, upper.id());
  EXPECT_EQ(plan_of("ollama:model").top().id, lower.id());
}

TEST_F(OllamaStore, FolderOfOtherCaseDoesNotHideAModel) {
  add("registry.ollama.ai/me/one/latest", "a");
  auto two = add("registry.ollama.ai/Me/two/latest", "b");
  EXPECT_EQ(plan_of("ollama:me/two").top().id, two.id());
}

TEST_F(OllamaStore, BlobsOfOldVersionsHaveAColon) {
  add("registry.ollama.ai/library/llama3/latest");
  auto blobs = std::filesystem::path{dir / "models/blobs"};
  auto hex = ollama_layer("model", "weights").id().hex();
  std::filesystem::rename(blobs / ("sha256-" + hex), blobs / ("sha256:" + hex));
  auto plan = plan_of("ollama:llama3");
  EXPECT_EQ(plan.namings[0], protocol::blob_naming::colon);
  EXPECT_EQ(plan.namings[1], protocol::blob_naming::dash);
}

TEST_F(OllamaStore, TensorModelOfThousandsOfLayers) {
  std::vector<test::part> layers;
  for (int i = 0; i < 3000; ++i)
    layers.push_back(ollama_layer("tensor", "tensor " + std::to_string(i),
                                  {{"name", "blk." + std::to_string(i)}}));
  test::add_to_ollama(dir / "models", "registry.ollama.ai/library/big/latest", layers);
  EXPECT_EQ(plan_of("ollama:big").blobs.size(), 3001u);
}

TEST_F(OllamaStore, StoreIsTheFirstPlaceThatHasManifests) {
  auto layers
    = [](const char* bytes) { return std::vector<test::part>{ollama_layer("model", bytes)}; };
  const std::string path = "registry.ollama.ai/library/m/latest";
  auto in_service = test::add_to_ollama(dir / "service", path, layers("service"));
  options.ollama_models.clear();
  options.home = dir / "home";
  options.ollama_service = dir / "service";
  EXPECT_EQ(plan_of("ollama:m").top().id, in_service.id());
  auto at_home = test::add_to_ollama(dir / "home/.ollama/models", path, layers("home"));
  EXPECT_EQ(plan_of("ollama:m").top().id, at_home.id());
  auto named = test::add_to_ollama(dir / "named", path, layers("named"));
  options.ollama_models = dir / "named";
  EXPECT_EQ(plan_of("ollama:m").top().id, named.id());
  EXPECT_TRUE(plan_of("ollama:m").warnings.empty());
}

TEST_F(OllamaStore, StoreThatTheEnvironmentNamesIsTheOnlyOne) {
  test::add_to_ollama(dir / "home/.ollama/models", "registry.ollama.ai/library/m/latest", {});
  options.home = dir / "home";
  options.ollama_models = dir / "mistyped";
  EXPECT_THAT(error_of("ollama:m").message,
              AllOf(HasSubstr(dir / "mistyped/manifests"), Not(HasSubstr(dir / "home"))));
}

TEST_F(OllamaStore, NoStoreListsEveryPlaceLookedAt) {
  options.ollama_models.clear();
  options.home = dir / "home";
  options.ollama_service = dir / "service";
  auto error = error_of("ollama:llama3");
  EXPECT_EQ(error.code, errc::source_invalid);
  EXPECT_THAT(error.message,
              AllOf(HasSubstr(dir / "home/.ollama/models/manifests"),
                    HasSubstr(dir / "service/manifests"), HasSubstr("No such file or directory")));
  EXPECT_THAT(error.hint, HasSubstr("OLLAMA_MODELS"));
}

TEST_F(OllamaStore, StoreThatMayNotBeEnteredSaysSo) {
  add("registry.ollama.ai/library/llama3/latest");
  std::filesystem::permissions(dir.path(), std::filesystem::perms{0755});
  std::filesystem::permissions(dir / "models", std::filesystem::perms::none);
  auto text = test::as_nobody([this] { return complaint_about("ollama:llama3"); });
  std::filesystem::permissions(dir / "models", std::filesystem::perms::owner_all);
  EXPECT_THAT(text, HasSubstr("Permission denied"));
}

TEST_F(OllamaStore, UnknownModelListsThoseThatExist) {
  add("registry.ollama.ai/library/llama3/latest");
  add("registry.ollama.ai/me/llama3/8b");
  add("hf.co/me/gguf/latest");
  EXPECT_THAT(complaint_about("ollama:llama4"),
              AllOf(HasSubstr("no model \"llama4\""),
                    HasSubstr("\"hf.co/me/gguf\", \"llama3\", \"me/llama3\"")));
}

TEST_F(OllamaStore, LongListOfModelsIsCutAndCounted) {
  for (int i = 10; i < 33; ++i)
    add("registry.ollama.ai/library/model" + std::to_string(i) + "/latest");
  EXPECT_THAT(complaint_about("ollama:none"),
              AllOf(HasSubstr("\"model29\" and 3 more"), Not(HasSubstr("model30"))));
}

TEST_F(OllamaStore, EmptyStoreHoldsNothing) {
  std::filesystem::create_directories(dir / "models/manifests/registry.ollama.ai/library/gone");
  EXPECT_THAT(complaint_about("ollama:gone"), HasSubstr("it holds nothing"));
}

TEST_F(OllamaStore, UnknownTagListsThoseOfTheModel) {
  add("registry.ollama.ai/library/llama3/8b");
  add("registry.ollama.ai/library/llama3/70b");
  add("registry.ollama.ai/library/gemma/2b");
  EXPECT_THAT(complaint_about("ollama:llama3"),
              AllOf(HasSubstr("no tag \"latest\""), HasSubstr("\"70b\", \"8b\""),
                    Not(HasSubstr("gemma")), Not(HasSubstr("2b"))));
}

TEST_F(OllamaStore, NameThatNoModelCanHave) {
  for (const char* name : {"../../etc/passwd", "a b", "x:../y", "/abs", "me/model@sha256:00"}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(error_of(std::string{"ollama:"} + name).code, errc::usage);
  }
}

TEST_F(OllamaStore, StoreWithoutBlobs) {
  add("registry.ollama.ai/library/llama3/latest");
  std::filesystem::remove_all(dir / "models/blobs");
  EXPECT_THAT(complaint_about("ollama:llama3"), HasSubstr(dir / "models/blobs"));
}

TEST_F(OllamaStore, MissingBlobIsListed) {
  add("registry.ollama.ai/library/llama3/latest");
  auto name = "sha256-" + ollama_layer("model", "weights").id().hex();
  std::filesystem::remove(dir / ("models/blobs/" + name));
  EXPECT_THAT(complaint_about("ollama:llama3"), HasSubstr(name + ": missing"));
}

TEST_F(OllamaStore, HasTellsWithoutReading) {
  add("registry.ollama.ai/library/llama3/8b");
  EXPECT_TRUE(ollama_has("llama3:8b", options));
  EXPECT_FALSE(ollama_has("llama3", options));
  EXPECT_FALSE(ollama_has("../llama3", options));
  options.ollama_models = dir / "none";
  EXPECT_FALSE(ollama_has("llama3:8b", options));
}

} // namespace
} // namespace flotilla::sources
