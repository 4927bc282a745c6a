#include "tests/protocol/ollama_fixture.hpp"

// Whole, to the storage that Ollama's registry names.

namespace flotilla::protocol {
namespace {

TEST_F(OllamaUpload, GoesWholeToTheStorageThatTheRegistryNames) {
  open_directly(large, {{"X-Signed-Header-Content-Type", "application/x-blob"},
                        {"X-Signed-Header-X-Id", "7"},
                        {"X-Signed-Header-Host", "evil.example"}});
  auto body = as<blob_upload::send>(large.send_body());
  EXPECT_TRUE(body.needs_slot);
  EXPECT_EQ(body.before, 0u);
  EXPECT_TRUE(body.next.path.empty());
  EXPECT_EQ(body.request.verb, method::put);
  EXPECT_EQ(body.request.url, "https://s3.example/p?sig=secret");
  EXPECT_EQ(body.request.file.length, three_parts);
  EXPECT_EQ(body.request.fields.joined("content-type"), "application/x-blob");
  EXPECT_EQ(body.request.fields.value("x-id"), "7");
  EXPECT_EQ(body.request.fields.size(), 2u);
  EXPECT_FALSE(body.request.authorize);
  auto commit = as<blob_upload::send>(large.on_outcome(stored(200)));
  EXPECT_FALSE(commit.needs_slot);
  EXPECT_EQ(commit.request.url, session("1?digest=") + id.to_string());
  EXPECT_EQ(commit.request.body_length(), 0u);
  EXPECT_TRUE(commit.request.authorize);
  EXPECT_EQ(as<blob_upload::confirmed>(large.on_outcome(answer(201))).how, confirmation::uploaded);
}

TEST_F(OllamaUpload, IsOctetsForAStorageThatSignedNoType) {
  open_directly(small);
  EXPECT_EQ(sent(small.send_body()).fields.value("content-type"), "application/octet-stream");
}

TEST_F(OllamaUpload, GoesToTheSameStorageAgainAfterTrouble) {
  open_directly(small);
  as<blob_upload::send>(small.send_body());
  for (int attempt = 1; attempt < 3; ++attempt) {
    as<blob_upload::wait>(small.on_outcome(stored(500)));
    as<blob_upload::ready>(small.again());
    EXPECT_EQ(sent(small.send_body()).url, "https://s3.example/p?sig=secret");
  }
  EXPECT_EQ(as<blob_upload::wait>(small.on_outcome(stored(500))).why.reason, "500");
  EXPECT_EQ(sent(small.again()).url, announced());
}

TEST_F(OllamaUpload, IsAnnouncedAgainWhereAStorageRefusesItsUrl) {
  for (int status : {400, 401, 403, 404, 409, 410, 204}) {
    blob_upload one{order(), target, true};
    open_directly(one);
    as<blob_upload::send>(one.send_body());
    auto wait = as<blob_upload::wait>(one.on_outcome(stored(status)));
    EXPECT_EQ(wait.why.reason, "session-lost");
    EXPECT_THAT(wait.why.detail,
                HasSubstr("https://s3.example answered " + std::to_string(status)));
    EXPECT_THAT(wait.why.detail, Not(HasSubstr("secret")));
    EXPECT_EQ(sent(one.again()).url, announced());
  }
}

TEST_F(OllamaUpload, IsSentToNoOtherHostThanItsStorage) {
  open_directly(small);
  EXPECT_FALSE(sent(small.send_body()).follow_redirects);
  auto why = as<failure>(small.on_outcome(stored(307)));
  EXPECT_EQ(why.code, errc::refused);
  EXPECT_THAT(why.message, HasSubstr("https://s3.example answered 307"));
}

} // namespace
} // namespace flotilla::protocol
