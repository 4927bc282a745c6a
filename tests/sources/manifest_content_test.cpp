// A manifest whose text is wrong, in each of the three places where manifests lie.
#include "tests/sources/source_fixture.hpp"

namespace flotilla::sources {
namespace {

using testing::AllOf;
using testing::HasSubstr;

struct bad_manifest {
  const char* name;
  std::string text;
  const char* says; ///< in the message, besides the path
};

nlohmann::json good_manifest() {
  return nlohmann::json::parse(test::image({test::layer("weights")}).bytes);
}

/// A manifest that is right but for one field, or for one field of its first layer.
std::string with_field(const char* field, const nlohmann::json& value) {
  auto text = good_manifest();
  text[field] = value;
  return text.dump();
}
std::string with_layer_field(const char* field, const nlohmann::json& value) {
  auto text = good_manifest();
  text["layers"][0][field] = value;
  return text.dump();
}
std::string without(const char* field) {
  auto text = good_manifest();
  text.erase(field);
  return text.dump();
}

/// The size as text, for numbers that no type of ours holds.
std::string with_layer_size(const std::string& digits) {
  auto text = with_layer_field("size", 777777);
  return text.replace(text.find("777777"), 6, digits);
}

std::vector<bad_manifest> bad_manifests() {
  auto hex = std::string(64, 'a');
  auto deep = std::string(10'000, '[') + std::string(10'000, ']');
  return {
    {"empty", "", ""},
    {"no JSON", "layers: []", ""},
    {"cut short", R"({"schemaVersion":2,"layers":[)", ""},
    {"10,000 deep", deep, ""},
    {"10,000 deep inside", with_layer_size(deep), ""},
    {"a list", "[]", ""},
    {"larger than 4 MiB", std::string((4 << 20) + 1, ' '), "4 MiB"},
    {"no layers", without("layers"), "layers"},
    {"layers is no list", with_field("layers", nlohmann::json::object()), "layers"},
    {"layer is no object", with_field("layers", {"x"}), "layers[0]"},
    {"no config", without("config"), "config"},
    {"negative size", with_layer_size("-1"), "layers[0].size"},
    {"fractional size", with_layer_size("1.5"), "layers[0].size"},
    {"size over 2^63 - 1", with_layer_size("9223372036854775808"), "layers[0].size"},
    {"size past 64 bits", with_layer_size("99999999999999999999"), "layers[0].size"},
    {"size in words", with_layer_field("size", "7"), "layers[0].size"},
    {"other algorithm", with_layer_field("digest", "sha512:" + hex + hex), "layers[0].digest"},
    {"no algorithm", with_layer_field("digest", hex), "layers[0].digest"},
    {"digest too short", with_layer_field("digest", "sha256:" + hex.substr(1)), "layers[0].digest"},
    {"digest too long", with_layer_field("digest", "sha256:a" + hex), "layers[0].digest"},
    {"digest in upper case", with_layer_field("digest", "sha256:" + std::string(64, 'A')),
     "layers[0].digest"},
    {"../ in a digest", with_layer_field("digest", "sha256:../../../../etc/passwd"),
     "layers[0].digest"},
    {"../ of the right length", with_layer_field("digest", "sha256:../../" + std::string(58, 'a')),
     "layers[0].digest"},
    {"digest is a number", with_layer_field("digest", 5), "layers[0].digest"},
  };
}

class ManifestContent : public SourceFixture {};

TEST_F(ManifestContent, RefusedInALayout) {
  for (const auto& c : bad_manifests()) {
    SCOPED_TRACE(c.name);
    test::temp_dir root;
    test::layout_on_disk layout{root.path()};
    test::part top{std::string{protocol::media_type::oci_manifest}, c.text};
    layout.add({test::layer("weights"), test::config(), top});
    layout.tag(top, "v1");
    EXPECT_THAT(complaint_about("oci:" + root.path().string() + ":v1"),
                AllOf(HasSubstr(layout.file_of(top).string()), HasSubstr(c.says)));
  }
}

TEST_F(ManifestContent, RefusedInAnOllamaStore) {
  options.ollama_models = dir / "models";
  std::filesystem::create_directories(dir / "models/blobs");
  auto path = dir / "models/manifests/registry.ollama.ai/library/llama3/latest";
  for (const auto& c : bad_manifests()) {
    SCOPED_TRACE(c.name);
    test::write_file(path, c.text);
    EXPECT_THAT(complaint_about("ollama:llama3"), AllOf(HasSubstr(path), HasSubstr(c.says)));
  }
}

TEST_F(ManifestContent, RefusedBesideAFolderOfBlobs) {
  std::filesystem::create_directories(dir / "blobs");
  options.manifest_file = dir / "manifest.json";
  for (const auto& c : bad_manifests()) {
    SCOPED_TRACE(c.name);
    test::write_file(options.manifest_file, c.text);
    EXPECT_THAT(complaint_about("blobs:" + (dir / "blobs")),
                AllOf(HasSubstr(options.manifest_file), HasSubstr(c.says)));
  }
}

TEST_F(ManifestContent, RefusedWhereAnIndexLeadsToIt) {
  test::layout_on_disk layout{dir / "model"};
  test::part child{std::string{protocol::media_type::oci_manifest}, "no JSON"};
  auto top = test::index_of({child});
  layout.add({child, top});
  layout.tag(top);
  EXPECT_THAT(complaint_about("oci:" + (dir / "model")), HasSubstr(layout.file_of(child).string()));
}

TEST_F(ManifestContent, MediaTypeThatContradictsTheIndexIsRefused) {
  test::layout_on_disk layout{dir / "model"};
  auto top = layout.add_image({test::layer("weights")});
  top.media_type = protocol::media_type::docker_manifest;
  layout.tag(top);
  EXPECT_THAT(complaint_about("oci:" + (dir / "model")), HasSubstr(layout.file_of(top).string()));
}

} // namespace
} // namespace flotilla::sources
