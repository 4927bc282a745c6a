#include "tests/support/scripted_registry.hpp"
#include "tests/system/gate.hpp"
#include "tests/system/program.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace flotilla::test {

namespace {

bool is_manifest_put(const seen_request& request) {
  return request.method == "PUT" && request.path.find("/manifests/") != std::string::npos;
}

class Order : public ::testing::Test {
protected:
  program flotilla;
  scripted_registry there;
  std::string to = there.address() + "/m:v1";
};

TEST_F(Order, PutsTheManifestOnlyAfterEveryBlob) {
  const small_model model{flotilla, layers_of(50, 3000)};
  for (const auto status : {500, 503, 404})
    there.on("PUT", "/uploads/", registry_error(status, "BLOB_UPLOAD_UNKNOWN", "trouble"), 2);
  const auto pushed = flotilla.push(model.source, to);
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  std::set<std::string> stored;
  std::set<std::string> when_published;
  for (const auto& request : there.log()) {
    if (is_manifest_put(request) && when_published.empty())
      when_published = stored;
    if (request.method == "PUT" && request.path.find("/uploads/") != std::string::npos)
      stored.insert(request.parameter("digest"));
  }
  EXPECT_EQ(when_published.size(), 51U);
  EXPECT_EQ(when_published, stored);
}

TEST_F(Order, PutsNoManifestWhenABlobIsRefused) {
  const small_model model{flotilla, layers_of(10, 3000)};
  there.on("PUT", closing(model.layers[4]), registry_error(403, "DENIED", "not this one"),
           scripted_registry::always);
  const auto pushed = flotilla.push(model.source, to);
  EXPECT_EQ(pushed.status, 4) << pushed.said();
  EXPECT_TRUE(pushed.says("not this one")) << pushed.err;
  EXPECT_EQ(there.count("PUT", "/manifests/"), 0U);
}

/// Bodies larger than all buffers on the way, so that none has left while nobody reads.
class Slots : public Order, public ::testing::WithParamInterface<int> {
protected:
  static std::vector<part> large_layers(int count) {
    std::vector<part> all;
    for (int i = 0; i < count; ++i)
      all.push_back(layer(std::string(12 << 20, static_cast<char>('a' + i))));
    return all;
  }
};

TEST_P(Slots, AreNeverMoreThanTheFlagSays) {
  const auto uploads = GetParam();
  const small_model model{flotilla, large_layers(uploads + 2)};
  gate unread;
  there.on_headers("PUT", "/uploads/", [&](const seen_request& request) {
    if (request.header("Content-Length") == std::to_string(12 << 20)) // the config leaves at once
      unread.pass();
    return std::optional<answer>{};
  });
  process push{flotilla.order(
    {"push", model.source, to, "--progress", "json", "--uploads", std::to_string(uploads)})};
  ASSERT_TRUE(unread.wait_for(uploads)) << push.err();
  const auto told = "\"on_the_wire\":" + std::to_string(uploads);
  EXPECT_TRUE(push.wait_for(told)) << push.err();
  EXPECT_EQ(unread.came(), uploads);
  unread.open();
  const auto pushed = push.wait();
  EXPECT_EQ(pushed.status, 0) << pushed.err;
}

INSTANTIATE_TEST_SUITE_P(OneAndMore, Slots, ::testing::Values(1, 3));

TEST_F(Order, OpensTheNextSessionWhileABodyIsOnTheWire) {
  const small_model model{flotilla, layers_of(3, 8 << 20)};
  std::optional<bool> opened; // what the first request found
  there.on_headers(
    "PUT", "/uploads/",
    [&](const seen_request&) {
      if (!opened)
        opened = there.wait_for("POST", "/uploads/", 2);
      return std::optional<answer>{};
    },
    1);
  const auto pushed = flotilla.push(model.source, to, {"--uploads", "1", "--check", "never"});
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(opened, true);
}

TEST_F(Order, FreesTheSlotBeforeTheCommitIsAnswered) {
  const small_model model{flotilla, layers_of(3, 5000)};
  std::optional<bool> another_came; // what the first request found
  there.on(
    "PUT", "/uploads/",
    [&](const seen_request&) {
      if (!another_came)
        another_came = there.wait_for("PUT", "/uploads/", 1);
      return std::optional<answer>{};
    },
    1);
  const auto pushed = flotilla.push(model.source, to, {"--uploads", "1", "--check", "never"});
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(another_came, true);
}

TEST_F(Order, StartsToSendBeforeAllIsChecked) {
  const small_model model{flotilla, layers_of(4, 2 << 20)};
  std::optional<bool> sent_meanwhile; // what the first request found
  there.on(
    "HEAD", "/blobs/" + model.layers[2].id().to_string(),
    [&](const seen_request&) {
      if (!sent_meanwhile)
        sent_meanwhile = there.wait_for("PUT", "/uploads/", 1);
      return std::optional<answer>{};
    },
    1);
  const auto pushed = flotilla.push(model.source, to, {"--check", "always"});
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(sent_meanwhile, true);
}

TEST_F(Order, SendsEachBlobInOneRequestWithItsLength) {
  const small_model model{flotilla, layers_of(3, 3 << 20)};
  ASSERT_EQ(flotilla.push(model.source, to).status, 0);
  EXPECT_EQ(there.count("PUT", "/uploads/"), 4U);
  EXPECT_EQ(there.count("PATCH"), 0U);
  for (const auto& request : there.log())
    if (request.method == "PUT") {
      EXPECT_EQ(request.header("Content-Length"), std::to_string(request.body_size));
      EXPECT_EQ(request.header("Transfer-Encoding"), "");
    }
}

} // namespace

} // namespace flotilla::test
