#include "tests/support/registry.hpp"
#include "tests/support/scripted_registry.hpp"
#include "tests/system/program.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace flotilla::test {

namespace {

class Verify : public ::testing::Test {
protected:
  program flotilla;
  small_model model{flotilla};
  registry there;
  std::string to = there.address() + "/m:v1";

  void SetUp() override {
    const auto pushed = flotilla.push(model.source, to);
    ASSERT_EQ(pushed.status, 0) << pushed.said();
  }
  /// The repository no longer knows a blob, as after an eager clean-up.
  void lose(const part& what) const {
    const auto hex = what.id().to_string().substr(7);
    const auto link = there.storage() + "/docker/registry/v2/repositories/m/_layers/sha256/" + hex;
    ASSERT_GT(std::filesystem::remove_all(link), 0U) << link;
    std::filesystem::remove_all(
      std::filesystem::path{there.blob_file(what.id().to_string())}.parent_path());
  }
};

TEST_F(Verify, IsContentWhenAllIsThere) {
  const auto verified = flotilla.verify(model.source, to);
  EXPECT_EQ(verified.status, 0) << verified.said();
  EXPECT_EQ(verified.report.count("error"), 0U);
}

TEST_F(Verify, NamesABlobThatTheRegistryLost) {
  lose(model.layers[1]);
  const auto verified = flotilla.verify(model.source, to);
  EXPECT_EQ(verified.status, 8) << verified.said();
  EXPECT_TRUE(verified.says(model.layers[1].id().to_string())) << verified.err;
  EXPECT_FALSE(verified.says(model.layers[0].id().to_string())) << verified.err;
  EXPECT_EQ(verified.report.at("error").at("code"), 8);
}

TEST_F(Verify, NoticesATagThatPointsElsewhere) {
  const small_model other{flotilla, layers_of(1, 10, 2), "other"};
  ASSERT_EQ(flotilla.push(other.source, to).status, 0);
  const auto verified = flotilla.verify(model.source, to);
  EXPECT_EQ(verified.status, 8) << verified.said();
  EXPECT_TRUE(verified.says(other.manifest.id().to_string())) << verified.err;
  EXPECT_TRUE(verified.says(model.manifest.id().to_string())) << verified.err;
}

TEST_F(Verify, NoticesThatThereIsNothing) {
  const auto verified = flotilla.verify(model.source, there.address() + "/nowhere:v1");
  EXPECT_EQ(verified.status, 8) << verified.said();
  EXPECT_TRUE(verified.says("nowhere")) << verified.err;
}

TEST_F(Verify, SendsNothing) {
  const auto before = there.requests();
  ASSERT_EQ(flotilla.verify(model.source, to).status, 0);
  auto after = there.requests();
  for (const auto* method : {"POST", "PUT", "PATCH", "DELETE"})
    EXPECT_EQ(after[method], before.count(method) == 0 ? 0 : before.at(method)) << method;
}

TEST(VerifyAfterPush, AsksForEveryBlobAgainWhenTold) {
  const program flotilla;
  const small_model model{flotilla};
  const scripted_registry there;
  const auto pushed = flotilla.push(model.source, there.address() + "/m:v1", {"--verify", "blobs"});
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  std::size_t asked = 0;
  bool published = false;
  for (const auto& request : there.log()) {
    published |= request.method == "PUT" && request.path == "/v2/m/manifests/v1";
    if (published && request.method == "HEAD" && request.path.find("/blobs/") != std::string::npos)
      ++asked;
  }
  EXPECT_EQ(asked, 4U);
}

TEST(VerifyAfterPush, FindsABlobThatTheRegistryForgot) {
  const program flotilla;
  const small_model model{flotilla};
  scripted_registry there;
  const auto lost = model.layers[0].id().to_string();
  there.on("PUT", "/manifests/v1", [&](const seen_request&) -> std::optional<answer> {
    there.on("HEAD", "/blobs/" + lost, registry_error(404, "BLOB_UNKNOWN", "lost"),
             scripted_registry::always);
    return std::nullopt;
  });
  const auto pushed = flotilla.push(model.source, there.address() + "/m:v1", {"--verify", "blobs"});
  EXPECT_EQ(pushed.status, 8) << pushed.said();
  EXPECT_TRUE(pushed.says(lost)) << pushed.err;
}

TEST(VerifyAfterPush, FindsATagThatWasMovedMeanwhile) {
  const program flotilla;
  const small_model model{flotilla};
  scripted_registry there;
  there.on("PUT", "/manifests/v1", [&](const seen_request&) -> std::optional<answer> {
    there.on("GET", "/manifests/v1", answer{200, {}, R"({"other":true})", {}});
    return std::nullopt;
  });
  const auto pushed = flotilla.push(model.source, there.address() + "/m:v1");
  EXPECT_EQ(pushed.status, 8) << pushed.said();
  EXPECT_TRUE(pushed.says("v1")) << pushed.err;
}

TEST(VerifyAfterPush, CanBeLeftOut) {
  const program flotilla;
  const small_model model{flotilla};
  const scripted_registry there;
  ASSERT_EQ(flotilla.push(model.source, there.address() + "/m:v1", {"--verify", "none"}).status, 0);
  EXPECT_EQ(there.count("GET", "/manifests/"), 0U);
}

} // namespace

} // namespace flotilla::test
