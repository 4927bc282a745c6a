#include "tests/support/scripted_registry.hpp"
#include "tests/system/program.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sys/socket.h>

namespace flotilla::test {

namespace {

constexpr auto always = scripted_registry::always;

class Retry : public ::testing::Test {
protected:
  program flotilla;
  small_model model{flotilla, layers_of(6, 2000)};
  scripted_registry there;
  std::string to = there.address() + "/m:v1";
  const std::string first = model.layers[0].id().to_string();

  ended push(std::vector<std::string> more = {}) const {
    return flotilla.push(model.source, to, std::move(more));
  }
  void expect_all_there(const ended& pushed) {
    EXPECT_EQ(pushed.status, 0) << pushed.said();
    for (const auto& x : model.layers)
      EXPECT_EQ(there.content().blob("m", x.id().to_string()), x.bytes);
    EXPECT_EQ(there.content().manifest("m", "v1"), model.manifest.bytes);
  }
  /// How often the registry stored the first layer.
  std::size_t stored_first() const {
    std::size_t count = 0;
    for (const auto& request : there.log())
      if (request.method == "PUT" && request.parameter("digest") == first)
        ++count;
    return count;
  }
};

TEST_F(Retry, WaitsAsManySecondsAsTheRegistrySays) {
  auto busy = registry_error(503, "UNAVAILABLE", "busy");
  busy.headers.emplace_back("Retry-After", "2");
  there.on("POST", "/uploads/", busy);
  const auto pushed = push();
  expect_all_there(pushed);
  EXPECT_EQ(pushed.report.at("retries").at("503"), 1);
  EXPECT_GE(pushed.wall, std::chrono::seconds{2});
  EXPECT_GT(pushed.report.at("throttled_seconds"), 0.0);
}

TEST_F(Retry, WaitsUntilTheDateThatTheRegistryNames) {
  auto busy = registry_error(429, "TOOMANYREQUESTS", "slowly");
  const auto at = std::time(nullptr) + 3;
  char date[40];
  std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", std::gmtime(&at));
  busy.headers.emplace_back("Retry-After", date);
  there.on("POST", "/uploads/", busy);
  const auto pushed = push();
  expect_all_there(pushed);
  EXPECT_EQ(pushed.report.at("retries").at("429"), 1);
  EXPECT_GE(std::time(nullptr), at);
}

TEST_F(Retry, GoesOnAfterEveryKindOfPassingTrouble) {
  for (const auto status : {408, 429, 500, 502, 503, 504})
    there.on("POST", "/uploads/", registry_error(status, "TROUBLE", "passing"));
  const auto pushed = push();
  expect_all_there(pushed);
  for (const auto* status : {"408", "429", "500", "502", "503", "504"})
    EXPECT_EQ(pushed.report.at("retries").at(status), 1) << status;
}

TEST_F(Retry, GoesOnAfterABodyThatWasCut) {
  there.on_headers("PUT", "/uploads/", reset_connection(), 2);
  expect_all_there(push());
}

TEST_F(Retry, GoesOnAfterABodyThatWasCutInTheMiddle) {
  const small_model large{flotilla, layers_of(1, 8 << 20), "large"};
  there.on_headers("PUT", closing(large.layers[0]), answer{0, {}, {}, [](int socket) {
                                                             std::string some(1 << 20, '\0');
                                                             ::recv(socket, some.data(),
                                                                    some.size(), MSG_WAITALL);
                                                           }});
  const auto pushed = flotilla.push(large.source, to);
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(there.content().blob("m", large.layers[0].id().to_string()), large.layers[0].bytes);
  EXPECT_GT(pushed.bytes("resent"), 0U);
}

TEST_F(Retry, DoesNotSendABlobTwiceWhoseAnswerWasLost) {
  there.on(
    "PUT", "/uploads/",
    [&](const seen_request& request) -> std::optional<answer> {
      if (request.parameter("digest") != first)
        return std::nullopt;
      const auto stored = there.content().handle(request);
      EXPECT_EQ(stored.status, 201);
      return hang_up();
    },
    1);
  const auto pushed = push();
  expect_all_there(pushed);
  EXPECT_EQ(stored_first(), 1U);
  EXPECT_GE(there.count("HEAD", "/blobs/" + first), 1U);
}

TEST_F(Retry, DoesNotSendABlobTwiceThatWasStoredBehindA500) {
  there.on(
    "PUT", "/uploads/",
    [&](const seen_request& request) -> std::optional<answer> {
      if (request.parameter("digest") != first)
        return std::nullopt;
      there.content().handle(request);
      return registry_error(500, "UNKNOWN", "the proxy gave up");
    },
    1);
  const auto pushed = push();
  expect_all_there(pushed);
  EXPECT_EQ(stored_first(), 1U);
}

TEST_F(Retry, NeverTakesTroubleForAMissingBlob) {
  there.content().add_blob("m", model.layers[0].bytes);
  there.on("HEAD", "/blobs/" + first, registry_error(500, "UNKNOWN", ""), 2);
  there.on("HEAD", "/blobs/" + first, registry_error(429, "TOOMANYREQUESTS", ""), 1);
  const auto pushed = push({"--check", "always"});
  expect_all_there(pushed);
  EXPECT_EQ(pushed.blobs("present"), 1);
  EXPECT_EQ(stored_first(), 0U);
}

TEST_F(Retry, OpensANewSessionForOneThatWasLost) {
  there.on(
    "PUT", "/uploads/",
    [&](const seen_request&) -> std::optional<answer> {
      return registry_error(404, "BLOB_UPLOAD_UNKNOWN", "session unknown");
    },
    2);
  const auto pushed = push();
  expect_all_there(pushed);
  EXPECT_EQ(there.count("POST"), 7U + 2U);
}

TEST_F(Retry, GivesUpOnARegistryThatLosesEverySession) {
  there.on("PUT", "/uploads/", registry_error(404, "BLOB_UPLOAD_UNKNOWN", "unknown"), always);
  const auto pushed = push({"--uploads", "1"});
  EXPECT_EQ(pushed.status, 5) << pushed.said();
  EXPECT_TRUE(pushed.says("session")) << pushed.err;
}

TEST_F(Retry, PutsAManifestAgain) {
  there.on("PUT", "/manifests/v1", registry_error(502, "", ""), 2);
  expect_all_there(push());
}

TEST_F(Retry, GivesUpWhenNothingMovedForTheBudget) {
  there.on("POST", "/uploads/", registry_error(503, "UNAVAILABLE", "out to lunch"), always);
  const auto pushed = push({"--retry-budget", "1s"});
  EXPECT_EQ(pushed.status, 6) << pushed.said();
  EXPECT_TRUE(pushed.says("out to lunch")) << pushed.err;
  EXPECT_TRUE(pushed.says("--retry-budget")) << pushed.err;
  EXPECT_EQ(pushed.report.at("error").at("code"), 6);
  EXPECT_EQ(there.count("PUT", "/manifests/"), 0U);
}

TEST_F(Retry, TriesOnceMoreWhenTheBytesWereMangledOnTheWay) {
  there.on("PUT", "/uploads/",
           registry_error(400, "DIGEST_INVALID", "provided digest did not match"), 1);
  expect_all_there(push());
}

TEST_F(Retry, GivesUpWhenTheBytesAreAlwaysMangled) {
  there.on("PUT", "/uploads/",
           registry_error(400, "DIGEST_INVALID", "provided digest did not match"), always);
  const auto pushed = push();
  EXPECT_EQ(pushed.status, 5) << pushed.said();
  EXPECT_TRUE(pushed.says("DIGEST_INVALID")) << pushed.err;
}

TEST_F(Retry, ExplainsAFileWhoseContentIsNotWhatItsNameSays) {
  const auto file = model.on_disk.file_of(model.layers[0]);
  write_file(file, std::string(model.layers[0].bytes.size(), 'x'));
  const auto pushed = push();
  EXPECT_EQ(pushed.status, 3) << pushed.said();
  EXPECT_TRUE(pushed.says(file.string())) << pushed.err;
  EXPECT_EQ(there.count("PUT", "/manifests/"), 0U);
}

TEST_F(Retry, RefusesWhatTheRegistryStoredUnderAnotherDigest) {
  there.on("PUT", "/uploads/",
           answer{201, {{"Docker-Content-Digest", digest_of("something else")}}, {}, {}}, always);
  const auto pushed = push();
  EXPECT_EQ(pushed.status, 5) << pushed.said();
  EXPECT_TRUE(pushed.says(digest_of("something else"))) << pushed.err;
}

} // namespace

} // namespace flotilla::test
