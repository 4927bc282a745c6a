#include "sources/ollama_name.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flotilla::sources {
namespace {

TEST(OllamaName, PartsAreReadFromTheRight) {
  const struct {
    const char* text;
    const char* host;
    const char* owner;
    const char* model;
    const char* tag;
    const char* brief;
  } cases[] = {
    {"llama3", "registry.ollama.ai", "library", "llama3", "latest", "llama3"},
    {"llama3:8b", "registry.ollama.ai", "library", "llama3", "8b", "llama3"},
    {"me/llama3.1:8b-q4_K_M", "registry.ollama.ai", "me", "llama3.1", "8b-q4_K_M", "me/llama3.1"},
    {"hf.co/me/model", "hf.co", "me", "model", "latest", "hf.co/me/model"},
    {"localhost:5000/me/model:x", "localhost:5000", "me", "model", "x", "localhost:5000/me/model"},
    {"https://host:1/a/b:c", "host:1", "a", "b", "c", "host:1/a/b"},
    {"Registry.Ollama.AI/Library/Llama3", "Registry.Ollama.AI", "Library", "Llama3", "latest",
     "Llama3"},
    {"_x", "registry.ollama.ai", "library", "_x", "latest", "_x"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    auto name = parse_ollama_name(c.text);
    ASSERT_TRUE(name);
    EXPECT_EQ(name->host, c.host);
    EXPECT_EQ(name->owner, c.owner);
    EXPECT_EQ(name->model, c.model);
    EXPECT_EQ(name->tag, c.tag);
    EXPECT_EQ(name->brief(), c.brief);
  }
}

TEST(OllamaName, LongestPartsAreTaken) {
  std::string host(350, 'h'), owner(80, 'o'), model(80, 'm'), tag(80, 't');
  EXPECT_TRUE(parse_ollama_name(host + '/' + owner + '/' + model + ':' + tag));
}

TEST(OllamaName, BadNamesAreRefused) {
  const struct {
    std::string text;
    const char* part; // that the message names
  } cases[] = {
    {"", "name"},
    {":8b", "name"},
    {"llama3:", "tag"},
    {"llama3:.", "tag"},
    {"llama3:a/b", "namespace"}, // a colon before the last slash begins no tag
    {"..", "name"},
    {"../x", "namespace"},
    {"../../x", "host"},
    {"/etc/passwd", "host"},
    {"//x", "host"},
    {"me/", "name"},
    {"/x", "namespace"},
    {"a.b/x", "namespace"},
    {"me/my model", "name"},
    {"me/model@sha256:00", "name"},
    {"-x", "name"},
    {"x\n", "name"},
    {"m\xc3\xb6"
     "del",
     "name"},
    {"a/b/c/d", "host"},
    {std::string(81, 'm'), "name"},
    {"m:" + std::string(81, 't'), "tag"},
    {std::string(81, 'o') + "/m", "namespace"},
    {std::string(351, 'h') + "/o/m", "host"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    auto name = parse_ollama_name(c.text);
    ASSERT_FALSE(name);
    EXPECT_EQ(name.error().code, protocol::errc::malformed);
    EXPECT_THAT(name.error().message, testing::StartsWith(std::string{c.part} + ' '));
  }
}

} // namespace
} // namespace flotilla::sources
