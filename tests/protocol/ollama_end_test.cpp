#include "tests/protocol/ollama_fixture.hpp"

// How an upload to Ollama's registry ends.

namespace flotilla::protocol {
namespace {

TEST_F(OllamaUpload, AsksForTheBlobWhenItsEndIsInDoubt) {
  const struct {
    const char* name;
    http_outcome outcome;
    bool waits;
  } cases[] = {
    {"500", answer(500), true},
    {"503", answer(503), true},
    {"429", answer(429), true},
    {"408", answer(408), true},
    {"cut", lost(errc::unavailable, false), true},
    {"the answer was lost", lost(errc::unavailable, true), true},
    {"202", answer(202), false},
    {"204", answer(204), false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    blob_upload one{order(), target, true};
    const auto end = close(one).url;
    auto next = one.on_outcome(c.outcome);
    if (c.waits) {
      EXPECT_EQ(as<blob_upload::wait>(std::move(next)).kept, 6u);
      next = one.again();
    }
    EXPECT_EQ(sent(std::move(next)).verb, method::head);
    // Not there: its parts are, so the end is asked for again.
    EXPECT_EQ(sent(one.on_outcome(answer(404))).url, end);
    as<blob_upload::wait>(one.on_outcome(answer(500)));
    as<blob_upload::send>(one.again());
    as<blob_upload::confirmed>(one.on_outcome(answer(200, {{"Content-Length", "6"}})));
  }
}

TEST_F(OllamaUpload, IsSentAnewWhenItsEndDoesNotComeAbout) {
  close(small);
  for (int closings = 1; closings < 8; ++closings) {
    as<blob_upload::wait>(small.on_outcome(answer(500)));
    EXPECT_EQ(sent(small.again()).verb, method::head);
    EXPECT_EQ(sent(small.on_outcome(answer(404))).verb, method::put);
  }
  as<blob_upload::wait>(small.on_outcome(answer(500)));
  as<blob_upload::send>(small.again());
  EXPECT_EQ(as<blob_upload::wait>(small.on_outcome(answer(404))).why.reason, "session-lost");
  EXPECT_EQ(sent(small.again()).url, announced());
}

TEST_F(OllamaUpload, FailsWhenItWasStoredAsSomethingElse) {
  for (int status : {200, 201}) {
    blob_upload one{order(), target, true};
    close(one);
    auto why
      = as<failure>(one.on_outcome(answer(status, {{"Docker-Content-Digest", other.to_string()}})));
    EXPECT_EQ(why.code, errc::refused);
  }
}

TEST_F(OllamaUpload, EndsOrBeginsAnewAsAnyUploadWhereItsEndIsRefused) {
  const struct {
    http_outcome outcome;
    bool lost;
  } cases[]
    = {{answer(401), false}, {answer(403), false}, {answer(400), true},
       {answer(409), true},  {answer(404), true},  {error(400, "BLOB_UPLOAD_INVALID"), true}};
  for (const auto& c : cases) {
    blob_upload one{order(), target, true};
    close(one);
    auto next = one.on_outcome(c.outcome);
    if (c.lost) {
      as<blob_upload::wait>(std::move(next));
      EXPECT_EQ(sent(one.again()).url, announced());
    } else {
      EXPECT_NE(as<failure>(std::move(next)).code, errc::internal);
    }
  }
}

TEST_F(OllamaUpload, IsHashedWhenTheRegistryFindsAnotherDigest) {
  close(small);
  as<blob_upload::hash_file>(small.on_outcome(error(400, "DIGEST_INVALID")));
  EXPECT_EQ(sent(small.on_hash(id)).url, announced());
}

TEST_F(OllamaUpload, WasSentWhereTheRegistryHasItWhenItIsAnnouncedAgain) {
  close(small);
  as<blob_upload::wait>(small.on_outcome(answer(404)));
  EXPECT_EQ(sent(small.again()).url, announced());
  EXPECT_EQ(as<blob_upload::confirmed>(small.on_outcome(answer(201))).how, confirmation::uploaded);
}

} // namespace
} // namespace flotilla::protocol
