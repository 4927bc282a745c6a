#include "tests/support/as_nobody.hpp"
#include "tests/support/scripted_registry.hpp"
#include "tests/system/program.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>

namespace flotilla::test {

namespace {

namespace fs = std::filesystem;

class BadSource : public ::testing::Test {
protected:
  program flotilla;
  scripted_registry there;
  std::string to = there.address() + "/m:v1";

  ended push(const std::string& source, std::vector<std::string> more = {}) const {
    return flotilla.push(source, to, std::move(more));
  }
  /// A folder of blobs with this manifest.
  ended push_manifest(const std::string& bytes) const {
    write_blobs(flotilla / "folder", protocol::blob_naming::dash, {config(), layer("x")});
    write_file(flotilla / "manifest.json", bytes);
    return push("blobs:" + flotilla / "folder", {"--manifest", flotilla / "manifest.json"});
  }
  void expect_refused(const ended& pushed, std::vector<std::string> names, int status = 3) const {
    EXPECT_EQ(pushed.status, status) << pushed.said();
    for (const auto& name : names)
      EXPECT_TRUE(pushed.says(name)) << "looked for " << name << " in: " << pushed.err;
    EXPECT_EQ(pushed.report.at("error").at("code"), status);
    for (const auto& request : there.log()) // the registry may be asked while files are looked for
      EXPECT_TRUE(request.method == "GET" || request.method == "HEAD") << request.target;
  }
};

TEST_F(BadSource, ThatDoesNotExist) {
  expect_refused(push("oci:" + flotilla / "none"), {"none"});
  expect_refused(push("blobs:" + flotilla / "none", {"--manifest", "m.json"}), {"none"});
  expect_refused(push("./none"), {"none"});
}

TEST_F(BadSource, ThatIsNoLayout) {
  fs::create_directory(flotilla / "empty");
  expect_refused(push("oci:" + flotilla / "empty"), {"empty", "oci-layout"});
  write_file(flotilla / "file", "x");
  expect_refused(push("oci:" + flotilla / "file"), {"file"});
}

TEST_F(BadSource, ThatIsALayoutOfAnotherVersion) {
  const small_model model{flotilla};
  write_file(flotilla / "model/oci-layout", R"({"imageLayoutVersion":"2.0.0"})");
  expect_refused(push(model.source), {"2.0.0"});
}

TEST_F(BadSource, OfAKindThatNobodyKnows) {
  expect_refused(push("dir:/models"), {"dir:", "oci:DIR"}, 2);
  expect_refused(push(""), {"oci:DIR"}, 2);
}

TEST_F(BadSource, WithoutTheTagNamesThoseThatThereAre) {
  small_model model{flotilla};
  model.on_disk.tag(model.on_disk.add_image({layer("other")}), "v2");
  expect_refused(push(model.source + ":v3"), {"v3", "v1", "v2"});
  expect_refused(push(model.source), {"v1", "v2", "oci:DIR:TAG"}); // which of the two?
}

TEST_F(BadSource, OfOllamaWithoutTheModelNamesThoseThatThereAre) {
  add_to_ollama(flotilla / "ollama", "registry.ollama.ai/library/tiny/latest",
                {ollama_layer("model", "x")});
  expect_refused(push("ollama:large"), {"large", "tiny"});
  expect_refused(push("ollama:tiny:8b"), {"8b", "latest"});
  expect_refused(push("ollama:a/b/c/d/e"), {"a/b/c/d/e"}, 2);
}

TEST_F(BadSource, OfOllamaWithoutAStoreSaysWhereItLooked) {
  expect_refused(push("ollama:tiny"), {flotilla / "ollama", "OLLAMA_MODELS"});
}

// ---- manifests
// --------------------------------------------------------------------------------

std::string manifest_with(const std::string& digest, const std::string& size = "1") {
  return R"({"schemaVersion":2,"config":)" + config().descriptor().dump()
         + R"(,"layers":[{"mediaType":"a/b","digest":")" + digest + R"(","size":)" + size + "}]}";
}

TEST_F(BadSource, ManifestsThatAreNone) {
  const auto good = layer("x").id().to_string();
  const auto upper = "sha256:" + std::string(64, 'A');
  const struct {
    const char* what;
    std::string bytes;
    std::vector<std::string> names;
  } cases[] = {
    {"empty", "", {"manifest.json"}},
    {"no JSON", "schemaVersion: 2", {"manifest.json", "JSON"}},
    {"half", R"({"schemaVersion":2,)", {"manifest.json", "JSON"}},
    {"a list", "[]", {"manifest.json", "object"}},
    {"deep", std::string(10'000, '[') + std::string(10'000, ']'), {"manifest.json"}},
    {"deep in an object",
     R"({"layers":)" + std::string(10'000, '[') + std::string(10'000, ']') + "}",
     {"manifest.json"}},
    {"no layers",
     R"({"schemaVersion":2,"config":)" + config().descriptor().dump() + "}",
     {"layers"}},
    {"layers of another kind",
     R"({"layers":{},"config":)" + config().descriptor().dump() + "}",
     {"layers"}},
    {"schema 1", R"({"schemaVersion":1,"fsLayers":[]})", {"schemaVersion"}},
    {"negative size", manifest_with(good, "-1"), {"layers[0].size", "-1"}},
    {"huge size", manifest_with(good, "9223372036854775808"), {"layers[0].size"}},
    {"huger size", manifest_with(good, "1e300"), {"layers[0].size"}},
    {"size in words", manifest_with(good, "\"1\""), {"layers[0].size"}},
    {"broken size", manifest_with(good, "1.5"), {"layers[0].size", "1.5"}},
    {"other algorithm", manifest_with("sha512:" + std::string(128, 'a')), {"sha512"}},
    {"md5", manifest_with("md5:" + std::string(32, 'a')), {"md5"}},
    {"short digest", manifest_with("sha256:abc"), {"layers[0].digest"}},
    {"long digest", manifest_with(good + "0"), {"layers[0].digest"}},
    {"upper case", manifest_with(upper), {"layers[0].digest"}},
    {"path", manifest_with("sha256:../../../../etc/passwd"), {"layers[0].digest"}},
    {"path as algorithm", manifest_with("../etc:" + std::string(64, 'a')), {"layers[0].digest"}},
    {"no digest",
     R"({"layers":[{"size":1}],"config":)" + config().descriptor().dump() + "}",
     {"layers[0].digest"}},
  };
  for (const auto& x : cases) {
    SCOPED_TRACE(x.what);
    expect_refused(push_manifest(x.bytes), x.names);
  }
}

TEST_F(BadSource, AManifestLargerThanARegistryTakes) {
  auto bytes = manifest_with(layer("x").id().to_string());
  bytes += std::string((4 << 20) + 1 - bytes.size(), ' ');
  expect_refused(push_manifest(bytes), {"4 MiB"});
}

TEST_F(BadSource, AManifestThatIsNotThere) {
  fs::create_directories(flotilla / "folder/sha256");
  expect_refused(push("blobs:" + flotilla / "folder", {"--manifest", flotilla / "none.json"}),
                 {"none.json"});
  expect_refused(push("blobs:" + flotilla / "folder", {"--manifest", flotilla / "folder"}),
                 {"folder"});
}

TEST_F(BadSource, ALayoutWhoseManifestIsNotWhatItsNameSays) {
  const small_model model{flotilla};
  auto bytes = model.manifest.bytes;
  bytes[bytes.find("amd64") == std::string::npos ? 1 : 2] ^= 1;
  write_file(model.on_disk.file_of(model.manifest), bytes);
  expect_refused(push(model.source), {model.manifest.id().hex()});
}

// ---- blob files
// -------------------------------------------------------------------------------

TEST_F(BadSource, FilesOfWhichEachIsWrongInItsOwnWay) {
  const small_model model{flotilla, layers_of(6, 100)};
  const auto file = [&](std::size_t i) { return model.on_disk.file_of(model.layers[i]); };
  fs::remove(file(0));
  write_file(file(1), "short");
  write_file(file(2), std::string(101, 'x'));
  fs::remove(file(3));
  fs::create_directory(file(3));
  fs::remove(file(4));
  fs::create_symlink("/no/such/place", file(4));
  const auto pushed = push(model.source);
  std::vector<std::string> names{
    "5 of 8", "missing", "5 bytes instead of 100", "101 bytes instead of 100", "directory", "link"};
  for (std::size_t i = 0; i < 5; ++i)
    names.push_back(model.layers[i].id().hex());
  expect_refused(pushed, names);
  EXPECT_FALSE(pushed.says(model.layers[5].id().hex())) << "this one is well";
}

TEST_F(BadSource, AThousandMissingFilesAreCounted) {
  const small_model model{flotilla, layers_of(1000, 8)};
  for (const auto& x : model.layers)
    fs::remove(model.on_disk.file_of(x));
  const auto pushed = push(model.source);
  expect_refused(pushed, {"1000 of 1002"});
  EXPECT_LT(pushed.err.size(), 20'000U);
}

TEST_F(BadSource, FilesThatWeMayNotRead) {
  const small_model model{flotilla};
  fs::permissions(model.on_disk.file_of(model.layers[0]), fs::perms::none);
  auto order = flotilla.order(program::with("push", model.source, to, {}));
  if (::geteuid() == 0) // root may read everything
    order.args.insert(order.args.begin(), {"setpriv", "--reuid=65534", "--clear-groups"});
  fs::permissions(flotilla / ".", fs::perms::all);
  expect_refused(program::finish(run(order)), {model.layers[0].id().hex(), "unreadable"});
}

TEST_F(BadSource, FoldersInWhichTheManifestIsAFifo) {
  const small_model model{flotilla};
  const auto file = model.on_disk.file_of(model.layers[0]);
  fs::remove(file);
  command make;
  make.args = {"mkfifo", file.string()};
  run_or_throw(make);
  expect_refused(push(model.source), {"not a regular file"});
}

TEST_F(BadSource, NamesWithControlCharactersAreShownAsText) {
  const auto pushed = push("oci:./\x1b[2Jevil");
  EXPECT_EQ(pushed.status, 3);
  EXPECT_EQ(pushed.err.find('\x1b'), std::string::npos);
}

} // namespace

} // namespace flotilla::test
