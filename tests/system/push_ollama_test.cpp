#include "tests/support/registry.hpp"
#include "tests/support/scripted_registry.hpp"
#include "tests/system/program.hpp"
#include "tests/system/served.hpp"

#include <gtest/gtest.h>

namespace flotilla::test {

namespace {

TEST(PushOllama, KeepsTheManifestToItsLastNewline) {
  const program flotilla;
  const registry there;
  const auto weights = ollama_layer("model", noise(1, 70'000));
  const auto manifest = add_to_ollama(
    flotilla / "ollama", "registry.ollama.ai/library/tiny/latest",
    {weights, ollama_layer("license", "free"), ollama_layer("template", "{{ . }}")});
  const auto pushed = flotilla.push("ollama:tiny", there.address() + "/models/tiny:v1");
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  const auto served = manifest_at(there.address(), "models/tiny", "v1");
  EXPECT_EQ(served.bytes, manifest.bytes);
  EXPECT_EQ(served.bytes.back(), '\n');
  EXPECT_EQ(served.media_type, protocol::media_type::docker_manifest);
  EXPECT_EQ(blob_at(there.address(), "models/tiny", weights), weights.bytes);
  EXPECT_EQ(pushed.blobs("uploaded"), 4); // and the config
}

TEST(PushOllama, BringsThousandsOfTensors) {
  const program flotilla;
  scripted_registry there;
  std::vector<part> tensors;
  for (unsigned i = 0; i < 2000; ++i)
    tensors.push_back(ollama_layer("tensor", "tensor " + std::to_string(i) + noise(i, 200),
                                   {{"name", "blk." + std::to_string(i) + ".weight"}}));
  const auto manifest
    = add_to_ollama(flotilla / "ollama", "registry.ollama.ai/library/large/8b", tensors);
  const auto pushed = flotilla.push("ollama:large:8b", there.address() + "/large:8b");
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(pushed.blobs("uploaded"), 2001);
  EXPECT_EQ(there.content().manifest("large", "8b"), manifest.bytes);
  const auto verified = flotilla.verify("ollama:large:8b", there.address() + "/large:8b");
  EXPECT_EQ(verified.status, 0) << verified.said();
}

TEST(PushOllama, FindsAnotherHostsAndNamespacesModel) {
  const program flotilla;
  const scripted_registry there;
  add_to_ollama(flotilla / "ollama", "hf.co/someone/Thing-GGUF/Q4_K_M",
                {ollama_layer("model", "x")});
  const auto pushed
    = flotilla.push("ollama:hf.co/someone/thing-gguf:q4_k_m", there.address() + "/thing:q4");
  EXPECT_EQ(pushed.status, 0) << pushed.said();
}

TEST(PushOllama, MountsALayerFromTheModelItCameFrom) {
  const program flotilla;
  scripted_registry there;
  const auto base = noise(1, 9000);
  const auto id = there.content().add_blob("library/base", base);
  add_to_ollama(
    flotilla / "ollama", "registry.ollama.ai/me/derived/latest",
    {ollama_layer("model", base, {{"from", "base:latest"}}), ollama_layer("system", "Be brief.")});
  const auto pushed
    = flotilla.push("ollama:me/derived", there.address() + "/me/derived:v1", {"--check", "never"});
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(pushed.blobs("mounted"), 1);
  EXPECT_EQ(pushed.bytes("saved"), base.size());
  EXPECT_EQ(there.content().blob("me/derived", id), base);
  EXPECT_EQ(there.count("POST", "from=library(%2F|/)base"), 1U);
}

TEST(PushOllama, LooksInTheHomeWhenNoVariableSaysWhere) {
  program flotilla;
  flotilla.env = {{"OLLAMA_MODELS", ""}};
  const scripted_registry there;
  add_to_ollama(flotilla / ".ollama/models", "registry.ollama.ai/library/tiny/latest",
                {ollama_layer("model", "x")});
  const auto pushed = flotilla.push("ollama:tiny", there.address() + "/tiny:v1");
  EXPECT_EQ(pushed.status, 0) << pushed.said();
}

} // namespace

} // namespace flotilla::test
