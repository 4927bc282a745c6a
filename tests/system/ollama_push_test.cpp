#include "tests/support/certificates.hpp"
#include "tests/support/known_key.hpp"
#include "tests/support/ollama_registry.hpp"
#include "tests/support/registry.hpp"
#include "tests/support/scripted_registry.hpp"
#include "tests/support/tls_front.hpp"
#include "tests/support/tunnel.hpp"
#include "tests/system/program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <tuple>

// Models of Ollama's store on their way to a registry that speaks as Ollama's does.

namespace flotilla::test {

namespace {

using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* model_path = "registry.ollama.ai/me/tiny/latest";

ollama_registry_options taking(ollama_upload how) {
  ollama_registry_options options;
  options.upload = how;
  options.keys.public_key.assign(known_key::public_half.begin(), known_key::public_half.end());
  return options;
}

/// A store with one model, and the key that the registry knows.
class OllamaPush : public ::testing::Test {
protected:
  OllamaPush() {
    write_file(flotilla / "key", known_key::by_ssh_keygen);
  }
  ended push(const ollama_registry& there, std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--ollama-key", flotilla / "key"});
    return flotilla.push("ollama:me/tiny", there.address() + "/me/tiny:latest", std::move(more));
  }
  void expect_all_there(const ollama_registry& there) const {
    for (const auto& x : layers)
      EXPECT_TRUE(there.blob("me/tiny", x.id().to_string()) == x.bytes) << x.media_type;
    EXPECT_EQ(there.manifest("me/tiny", "latest"), manifest.bytes);
    EXPECT_THAT(there.violations(), IsEmpty());
  }
  /// Pushes with these answers in place of the right ones, and finds all there in the end.
  void expect_to_survive(ollama_upload how, const char* method, const std::string& target,
                         const answer& instead) const {
    ollama_registry there{taking(how)};
    there.answer_next(method, target, instead);
    const auto pushed = push(there, {"--log-level", "debug"});
    EXPECT_EQ(pushed.status, 0) << pushed.said();
    expect_all_there(there);
    EXPECT_FALSE(pushed.says("sig=x")) << "the storage's URL is a secret";
    EXPECT_FALSE(pushed.says("x%2fy")) << "the storage's URL is a secret";
  }

  program flotilla;
  std::vector<part> layers{ollama_layer("model", noise(1, 3'000'000)),
                           ollama_layer("license", "free"), ollama_layer("template", "{{ . }}"),
                           ollama_layer("system", "")};
  part manifest = add_to_ollama(flotilla / "ollama", model_path, layers);
};

// ---- every way in ----------------------------------------------------------------------------

using way = std::tuple<ollama_upload, bool, bool>;

class EveryWay : public OllamaPush, public ::testing::WithParamInterface<way> {};

TEST_P(EveryWay, BringsAModelWhole) {
  auto options = taking(std::get<0>(GetParam()));
  options.relative = std::get<1>(GetParam());
  options.plain_location = std::get<2>(GetParam());
  ollama_registry there{options};
  const auto pushed = push(there);
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  expect_all_there(there);
  EXPECT_EQ(pushed.blobs("uploaded"), 5); // and the config
  const auto verified = flotilla.verify("ollama:me/tiny", there.address() + "/me/tiny:latest",
                                        {"--ollama-key", flotilla / "key"});
  EXPECT_EQ(verified.status, 0) << verified.said();
  EXPECT_EQ(there.storage_log().empty(), options.upload == ollama_upload::kept);
  const auto again = push(there);
  EXPECT_EQ(again.status, 0) << again.said();
  EXPECT_EQ(again.blobs("uploaded"), 0);
}

std::string name_of(const ::testing::TestParamInfo<way>& info) {
  const auto& [how, relative, plain_location] = info.param;
  return std::string{how == ollama_upload::direct       ? "Direct"
                     : how == ollama_upload::redirected ? "Redirected"
                                                        : "Kept"}
         + (relative ? "Relative" : "Absolute") + (plain_location ? "Location" : "UploadLocation");
}

INSTANTIATE_TEST_SUITE_P(, EveryWay,
                         ::testing::Combine(::testing::Values(ollama_upload::direct,
                                                              ollama_upload::redirected,
                                                              ollama_upload::kept),
                                            ::testing::Bool(), ::testing::Bool()),
                         name_of);

TEST_F(OllamaPush, AnnouncesToARegistryThatHasShownItself) {
  ollama_registry there{taking(ollama_upload::direct)};
  const auto pushed = push(there, {"--uploads", "1", "--check", "never"}); // largest first
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  expect_all_there(there);
  EXPECT_EQ(there.count("POST", "mount="), 1U);
  EXPECT_EQ(there.count("POST", "\\?digest="), 4U);
  EXPECT_EQ(there.count("PUT", "^/store/"), 5U);
  EXPECT_EQ(there.count("PATCH"), 1U);
}

/// The name stands for our registry behind a proxy.
TEST_F(OllamaPush, GoesToOllamasOwnRegistryWithTheKeyOfItsServer) {
  auto options = taking(ollama_upload::kept);
  options.relative = true;
  ollama_registry there{options};
  certificates authority;
  certificates::wish papers;
  papers.names = "DNS:registry.ollama.ai";
  const tls_front front{there.port(), authority.issue(papers)};
  tunnel proxy{front.port()};
  flotilla.env = {{"https_proxy", proxy.address()}};
  std::filesystem::create_directories(flotilla / ".ollama");
  write_file(flotilla / ".ollama/id_ed25519", known_key::by_ssh_keygen);
  const auto pushed = flotilla.push("ollama:me/tiny", "registry.ollama.ai/me/tiny:latest",
                                    {"--ca-cert", authority.authority()});
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  expect_all_there(there);
  EXPECT_GE(there.count("GET", "^/v2/token"), 1U);
  EXPECT_THAT(proxy.targets(), Each("registry.ollama.ai:443"));
}

TEST_F(OllamaPush, MountsWhatTheRegistryHas) {
  ollama_registry there{taking(ollama_upload::direct)};
  const auto base = noise(7, 5000);
  there.add_blob("library/base", base);
  layers = {ollama_layer("model", base, {{"from", "base:latest"}}), ollama_layer("system", "Hi")};
  manifest = add_to_ollama(flotilla / "ollama", model_path, layers);
  const auto pushed = push(there, {"--check", "never"});
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(pushed.blobs("mounted"), 1);
  expect_all_there(there);
}

/// Three parts of 100 MiB, 100 MiB and one byte: 209715201 zeros, from a file that takes no room.
TEST_F(OllamaPush, BringsABlobInThreeParts) {
  constexpr std::uint64_t size = 209'715'201;
  // head -c 209715201 /dev/zero | sha256sum
  const std::string id = "1de02a61d877048560aa8103b7df8deddb4d28f5e20dd6df0bda600e3e4f153e";
  const auto file = std::filesystem::path{flotilla / "ollama/blobs"} / ("sha256-" + id);
  write_file(file, "");
  std::filesystem::resize_file(file, size);
  const nlohmann::json fields{{"mediaType", "application/vnd.ollama.image.model"},
                              {"digest", "sha256:" + id},
                              {"size", size}};
  auto text = nlohmann::json::parse(manifest.bytes);
  text["layers"].push_back(fields);
  write_file(flotilla / (std::string{"ollama/manifests/"} + model_path), text.dump());
  for (const auto how : {ollama_upload::kept, ollama_upload::redirected}) {
    auto options = taking(how);
    options.least_part = 100 << 20;
    ollama_registry there{options};
    const auto pushed = push(there);
    ASSERT_EQ(pushed.status, 0) << pushed.said();
    EXPECT_THAT(there.violations(), IsEmpty());
    const auto held = there.blob("me/tiny", "sha256:" + id);
    EXPECT_TRUE(held && held->size() == size);
    std::vector<std::string> ranges;
    for (const auto& request : there.log())
      if (request.method == "PATCH")
        ranges.push_back(request.header("Content-Range"));
    for (const auto* range : {"0-104857599", "104857600-209715199", "209715200-209715200"})
      EXPECT_EQ(std::count(ranges.begin(), ranges.end(), range), 1) << range;
  }
}

// ---- trouble ---------------------------------------------------------------------------------

TEST_F(OllamaPush, LivesThroughATokenThatEndsHalfWay) {
  for (const auto how : {ollama_upload::direct, ollama_upload::redirected, ollama_upload::kept})
    for (const auto* method : {"PATCH", "PUT"}) {
      ollama_registry there{taking(how)};
      answer last_of_its_token;
      last_of_its_token.instead = [&there](int) { there.expire_tokens(); };
      there.answer_next(method, "/uploads/session-", last_of_its_token);
      const auto pushed = push(there, {"--uploads", "1", "--check", "never"});
      EXPECT_EQ(pushed.status, 0) << pushed.said();
      expect_all_there(there);
      EXPECT_GE(there.count("GET", "^/v2/token"), 2U);
    }
}

TEST_F(OllamaPush, LivesThroughAStorageThatRefusesAUrl) {
  const answer denied{403, {{"Content-Type", "text/plain"}}, "expired: ?sig=x&path=x%2fy", {}};
  for (const auto how : {ollama_upload::direct, ollama_upload::redirected})
    expect_to_survive(how, "PUT", "^/store/", denied);
}

TEST_F(OllamaPush, LivesThroughAStorageInTrouble) {
  for (const auto how : {ollama_upload::direct, ollama_upload::redirected})
    for (const auto& trouble : {answer{500, {}, "InternalError", {}},
                                answer{503, {{"Retry-After", "0"}}, "SlowDown", {}}, hang_up()})
      expect_to_survive(how, "PUT", "^/store/", trouble);
}

TEST_F(OllamaPush, LivesThroughAnAnswerThatNamesNoNextSession) {
  expect_to_survive(ollama_upload::kept, "PATCH", "/uploads/", {202, {}, {}, {}});
  expect_to_survive(ollama_upload::redirected, "PATCH", "/uploads/", {202, {}, {}, {}});
}

TEST_F(OllamaPush, NeverTakesAStoragesUrlForASession) {
  ollama_registry there{taking(ollama_upload::redirected)};
  scripted_registry storage;
  there.answer_next("PATCH", "/uploads/",
                    {307, {{"Location", "http://" + storage.address() + "/store"}}, {}, {}});
  const auto pushed = push(there);
  EXPECT_EQ(pushed.status, 0) << pushed.said();
  expect_all_there(there);
  EXPECT_THAT(storage.log(), IsEmpty());
}

TEST_F(OllamaPush, AsksWhetherABlobIsThereWhenItsEndIsInDoubt) {
  for (const auto how : {ollama_upload::direct, ollama_upload::redirected, ollama_upload::kept})
    expect_to_survive(how, "PUT", "/uploads/session-", {500, {}, {}, {}});
}

TEST_F(OllamaPush, AnnouncesAgainWhereNoSessionIsNamed) {
  expect_to_survive(ollama_upload::direct, "POST", "\\?digest=", {202, {}, {}, {}});
}

TEST_F(OllamaPush, EndsWhereAStorageRefusesEveryUrl) {
  ollama_registry there{taking(ollama_upload::direct)};
  there.answer_next("PUT", "^/store/", {403, {}, "x%2fy", {}}, 1000);
  const auto pushed = push(there);
  EXPECT_EQ(pushed.status, 5) << pushed.said();
  EXPECT_TRUE(pushed.says("answered 403")) << pushed.err;
  EXPECT_FALSE(pushed.says("x%2fy")) << pushed.err;
  EXPECT_THAT(there.violations(), IsEmpty());
}

// ---- other registries ------------------------------------------------------------------------

TEST_F(OllamaPush, AnnouncesNothingToAnOrdinaryRegistry) {
  const registry there;
  const auto pushed = flotilla.push("ollama:me/tiny", there.address() + "/me/tiny:v1");
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  const auto log = there.access_log();
  EXPECT_THAT(log, HasSubstr("\"POST /v2/me/tiny/blobs/uploads/"));
  for (std::size_t at = 0; (at = log.find("\"POST ", at)) != std::string::npos; ++at)
    EXPECT_EQ(log.substr(at, log.find('\n', at) - at).find("?digest="), std::string::npos);
  EXPECT_EQ(log.find("\"PATCH "), std::string::npos);
}

} // namespace

} // namespace flotilla::test
