#include "protocol/manifest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flotilla::protocol {
namespace {

using testing::HasSubstr;

const std::string id_a = "sha256:" + std::string(64, 'a');
const std::string id_b = "sha256:" + std::string(64, 'b');
const std::string id_c = "sha256:" + std::string(64, 'c');

std::string descriptor_of(const std::string& id, const std::string& size = "7",
                          const std::string& more = "") {
  return R"({"mediaType":"application/x","digest":")" + id + R"(","size":)" + size + more + "}";
}

std::string image(const std::string& layers, const std::string& head = R"("schemaVersion":2)") {
  return "{" + head + R"(,"config":)" + descriptor_of(id_c, "2") + R"(,"layers":)" + layers + "}";
}

std::string index_of(const std::string& manifests,
                     const std::string& head = R"("schemaVersion":2)") {
  return "{" + head + R"(,"manifests":)" + manifests + "}";
}

std::string typed(std::string_view media_type) {
  return R"("schemaVersion":2,"mediaType":")" + std::string{media_type} + '"';
}

TEST(Manifest, OfAnImageNamesConfigAndLayersInOrder) {
  auto read = parse_manifest(image("[" + descriptor_of(id_b) + "," + descriptor_of(id_a, "0") + ","
                                     + descriptor_of(id_b) + "]",
                                   typed(media_type::docker_manifest)));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->media_type, media_type::docker_manifest);
  EXPECT_FALSE(read->is_index);
  ASSERT_TRUE(read->config);
  EXPECT_EQ(read->config->id.to_string(), id_c);
  EXPECT_EQ(read->config->size, 2u);
  ASSERT_EQ(read->layers.size(), 3u);
  EXPECT_EQ(read->layers[0].id.to_string(), id_b);
  EXPECT_EQ(read->layers[0].media_type, "application/x");
  EXPECT_EQ(read->layers[1].id.to_string(), id_a);
  EXPECT_EQ(read->layers[1].size, 0u);
  EXPECT_EQ(read->layers[2].id.to_string(), id_b);
  EXPECT_TRUE(read->manifests.empty());
}

TEST(Manifest, OfAnIndexNamesManifests) {
  for (auto type : {media_type::oci_index, media_type::docker_list}) {
    SCOPED_TRACE(type);
    auto read = parse_manifest(index_of("[" + descriptor_of(id_a) + "]", typed(type)));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->media_type, type);
    EXPECT_TRUE(read->is_index);
    EXPECT_FALSE(read->config);
    EXPECT_TRUE(read->layers.empty());
    ASSERT_EQ(read->manifests.size(), 1u);
    EXPECT_EQ(read->manifests[0].id.to_string(), id_a);
  }
}

TEST(Manifest, KeepsWhatAPushNeedsOfADescriptor) {
  const std::string more
    = R"(,"from":"library/base","urls":["https://elsewhere/x"],"name":"ignored",)"
      R"("annotations":{"org.opencontainers.image.ref.name":"v1","other":"x"})";
  auto read = parse_manifest(index_of("[" + descriptor_of(id_a, "7", more) + "]"));
  ASSERT_TRUE(read) << read.error().message;
  const auto& entry = read->manifests.at(0);
  EXPECT_EQ(entry.mount_from, "library/base");
  EXPECT_EQ(entry.reference_name, "v1");
  EXPECT_TRUE(entry.foreign);
}

TEST(Manifest, OptionalFieldsOfAnOddKindCountAsAbsent) {
  const std::string more = R"(,"from":7,"urls":[],"annotations":["x"])";
  auto read = parse_manifest(image("[" + descriptor_of(id_a, "7", more) + "]"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->layers.at(0).mount_from, "");
  EXPECT_EQ(read->layers.at(0).reference_name, "");
  EXPECT_FALSE(read->layers.at(0).foreign);
}

TEST(Manifest, MediaTypeComesFromTheTextThenFromWhatLedHereThenFromItsMembers) {
  const auto plain_image = image("[]");
  const auto plain_index = index_of("[]");
  EXPECT_EQ(parse_manifest(image("[]", typed("application/vnd.x+json")))->media_type,
            "application/vnd.x+json");
  EXPECT_EQ(parse_manifest(plain_image, media_type::docker_manifest)->media_type,
            media_type::docker_manifest);
  EXPECT_EQ(parse_manifest(plain_index, media_type::docker_list)->media_type,
            media_type::docker_list);
  EXPECT_EQ(parse_manifest(plain_image)->media_type, media_type::oci_manifest);
  EXPECT_EQ(parse_manifest(plain_index)->media_type, media_type::oci_index);
  EXPECT_EQ(parse_manifest(image("[]", typed("")))->media_type, media_type::oci_manifest);
  EXPECT_TRUE(
    parse_manifest(image("[]", typed(media_type::oci_manifest)), media_type::oci_manifest));
}

TEST(Manifest, ToleratesWhatOthersWrite) {
  const struct {
    const char* name;
    std::string text;
  } cases[] = {
    {"no layers at all", image("[]")},
    {"unknown members", R"({"x":[{"y":1}],)" + image("[]").substr(1)},
    {"a subject", image("[]", R"("subject":)" + descriptor_of(id_a) + R"(,"schemaVersion":2)")},
    {"line break at the end", image("[]") + "\n"},
    {"no schemaVersion", image("[]", R"("artifactType":"x/y")")},
    {"no mediaType in a descriptor", index_of(R"([{"digest":")" + id_a + R"(","size":1}])")},
    {"a member twice: the last one stands", image("7,\"layers\":[]")},
    {"size 2^63 - 1", image("[" + descriptor_of(id_a, "9223372036854775807") + "]")},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto read = parse_manifest(c.text);
    EXPECT_TRUE(read) << read.error().message;
  }
}

TEST(Manifest, IsRefusedAndTheMessageNamesThePlace) {
  const auto good = descriptor_of(id_a);
  const auto with_layer = [&](const std::string& layer) {
    return image("[" + good + "," + good + "," + good + "," + layer + "]");
  };
  const auto with_digest = [&](const std::string& id) { return with_layer(descriptor_of(id)); };
  const struct {
    const char* name;
    std::string text;
    const char* why;
  } cases[] = {
    {"empty", "", "not JSON"},
    {"HTML", "<html>", "not JSON"},
    {"cut short", image("[]").substr(0, 40), "not JSON"},
    {"text after it", image("[]") + "x", "not JSON"},
    {"array", "[]", "a JSON array, not a JSON object"},
    {"string", "\"x\"", "a JSON string, not a JSON object"},
    {"null", "null", "a JSON null, not a JSON object"},
    {"10,000 deep", R"({"layers":)" + std::string(10'000, '['), "deeper than 64"},
    {"schema 1", R"({"schemaVersion":1,"fsLayers":[]})", "the old Docker format"},
    {"schema 3", image("[]", R"("schemaVersion":3)"), "schemaVersion is 3"},
    {"schema as text", image("[]", R"("schemaVersion":"2")"), "schemaVersion is a JSON string"},
    {"nothing", "{}", "neither a layers nor a manifests array"},
    {"config alone", R"({"config":)" + good + "}", "neither a layers nor a manifests array"},
    {"layers are an object", image("{}"), "layers is a JSON object, not an array"},
    {"layers are null", image("null"), "layers is a JSON null, not an array"},
    {"manifests are a number", index_of("7"), "manifests is 7, not an array"},
    {"both kinds", image("[],\"manifests\":[]"), "both layers and manifests"},
    {"index type with layers", image("[]", typed(media_type::oci_index)), "but it has layers"},
    {"image type with manifests", index_of("[]", typed(media_type::oci_manifest)),
     "but it has manifests"},
    {"list type with layers", image("[]", typed(media_type::docker_list)), "but it has layers"},
    {"mediaType is a number", image("[]", R"("mediaType":7)"), "mediaType is 7"},
    {"mediaType with a line break", image("[]", typed("a/b\\r\\nX-Evil: 1")),
     "which is no media type"},
    {"mediaType without a slash", image("[]", typed("json")), "which is no media type"},
    {"no config", R"({"schemaVersion":2,"layers":[]})", "config is missing"},
    {"config is null", R"({"config":null,"layers":[]})", "config is a JSON null"},
    {"config without a size", R"({"config":{"digest":")" + id_a + R"("},"layers":[]})",
     "config.size is missing"},
    {"layer is a string", with_layer("\"x\""), "layers[3] is a JSON string, not a descriptor"},
    {"layer is null", with_layer("null"), "layers[3] is a JSON null"},
    {"layer is empty", with_layer("{}"), "layers[3].digest is missing"},
    {"mediaType of a layer", with_layer(R"({"mediaType":[]})"), "layers[3].mediaType is"},
    {"no size", with_layer(R"({"digest":")" + id_a + R"("})"), "layers[3].size is missing"},
    {"negative size", with_layer(descriptor_of(id_a, "-1")), "layers[3].size is -1"},
    {"fractional size", with_layer(descriptor_of(id_a, "1.5")), "layers[3].size is 1.5"},
    {"size with an exponent", with_layer(descriptor_of(id_a, "1e3")), "layers[3].size is"},
    {"size 2^63", with_layer(descriptor_of(id_a, "9223372036854775808")),
     "layers[3].size is 9223372036854775808"},
    {"size 2^64", with_layer(descriptor_of(id_a, "18446744073709551616")), "layers[3].size is"},
    {"size -2^63 - 1", with_layer(descriptor_of(id_a, "-9223372036854775809")),
     "layers[3].size is"},
    {"size as text", with_layer(descriptor_of(id_a, "\"7\"")), "layers[3].size is a JSON string"},
    {"size null", with_layer(descriptor_of(id_a, "null")), "layers[3].size is a JSON null"},
    {"digest is a number", with_layer(R"({"digest":7,"size":1})"), "layers[3].digest is 7"},
    {"sha512", with_digest("sha512:" + std::string(128, 'a')), "layers[3].digest: "},
    {"wrong length", with_digest("sha256:" + std::string(63, 'a')), "layers[3].digest: "},
    {"upper case", with_digest("sha256:" + std::string(64, 'A')), "layers[3].digest: "},
    {"way out of the store", with_digest("sha256:../../etc/passwd"), "layers[3].digest: "},
    {"digest of an index entry", index_of("[" + good + "," + descriptor_of("x") + "]"),
     "manifests[1].digest: "},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto read = parse_manifest(c.text);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, errc::malformed);
    EXPECT_THAT(read.error().message, HasSubstr(c.why));
    EXPECT_LE(read.error().message.size(), 400u);
  }
}

TEST(Manifest, MustBeWhatLedHereSays) {
  auto read
    = parse_manifest(image("[]", typed(media_type::docker_manifest)), media_type::oci_manifest);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("what names it says"));
  EXPECT_FALSE(parse_manifest(image("[]"), media_type::oci_index));
  EXPECT_FALSE(parse_manifest(index_of("[]"), media_type::docker_manifest));
  EXPECT_FALSE(parse_manifest(image("[]"), "text\n/x"));
}

TEST(Manifest, IsAtMost4MiB) {
  const auto text = image("[]");
  const auto padded
    = [&](std::size_t bytes) { return text + std::string(bytes - text.size(), ' '); };
  EXPECT_TRUE(parse_manifest(padded(4194304)));
  auto read = parse_manifest(padded(4194305));
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("4194305 bytes"));
}

TEST(Manifest, OfThousandsOfLayersIsRead) {
  std::string layers;
  for (int i = 0; i < 20'000; ++i)
    layers += (i == 0 ? "" : ",") + descriptor_of(id_a);
  auto read = parse_manifest(image("[" + layers + "]"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->layers.size(), 20'000u);
}

} // namespace
} // namespace flotilla::protocol
