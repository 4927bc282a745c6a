#include "tests/protocol/blob_upload_fixture.hpp"

namespace flotilla::protocol {
namespace {

// ---- the body --------------------------------------------------------------------------------

TEST_F(BlobUpload, IsDoneWhenTheRegistrySaysSo) {
  for (const auto& outcome :
       {answer(201), answer(201, {{"Docker-Content-Digest", ""}}),
        answer(201, {{"Docker-Content-Digest", id.to_string()}}),
        answer(201, {{"docker-content-digest", "sha512:" + std::string(128, 'a')}})}) {
    blob_upload done{order(), target};
    as<blob_upload::send>(done.begin());
    as<blob_upload::ready>(done.on_outcome(session("/u/1")));
    as<blob_upload::send>(done.send_body());
    EXPECT_EQ(as<blob_upload::confirmed>(done.on_outcome(outcome)).how, confirmation::uploaded);
  }
}

TEST_F(BlobUpload, OfNoBytesIsAPutOfNoBytes) {
  blob_upload empty{{digest::of(""), 0, "/models/empty", {}}, target};
  as<blob_upload::send>(empty.begin());
  as<blob_upload::ready>(empty.on_outcome(session("/u/1")));
  auto put = sent(empty.send_body());
  EXPECT_EQ(put.verb, method::put);
  EXPECT_EQ(put.body_length(), 0u);
  // The digest of nothing, by sha256sum.
  EXPECT_THAT(put.url,
              HasSubstr("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
  as<blob_upload::confirmed>(empty.on_outcome(answer(201)));
}

TEST_F(BlobUpload, FailsWhenItWasStoredAsSomethingElse) {
  send();
  auto why
    = as<failure>(upload.on_outcome(answer(201, {{"Docker-Content-Digest", other.to_string()}})));
  EXPECT_EQ(why.code, errc::refused);
  EXPECT_THAT(why.message, HasSubstr(other.to_string()));
}

TEST_F(BlobUpload, EndsWhenTheBodyIsRefusedForGood) {
  const struct {
    const char* name;
    http_outcome outcome;
    errc code;
    const char* says;
    const char* hint;
  } cases[] = {
    {"401", answer(401), errc::unauthorized, "401", "docker login"},
    {"403", error(403, "DENIED"), errc::unauthorized, "403 DENIED", "permission"},
    {"405", error(405, "UNSUPPORTED"), errc::refused, "405 UNSUPPORTED", "read-only"},
    {"409", answer(409), errc::refused, "409 Conflict", ""},
    {"413", answer(413), errc::refused, "413 Content Too Large", "limit"},
    {"411", answer(411), errc::refused, "411", "limit"},
    {"400 of another kind", error(400, "SIZE_INVALID"), errc::refused, "400 SIZE_INVALID", ""},
    {"400 without a word", answer(400), errc::refused, "400", ""},
    {"501", answer(501), errc::refused, "501", ""},
    {"the file is gone", lost(errc::source_invalid, false), errc::source_invalid, "cut", "look"},
    {"stopped", lost(errc::interrupted, true), errc::interrupted, "cut", "look there"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    blob_upload refused{order(), target};
    as<blob_upload::send>(refused.begin());
    as<blob_upload::ready>(refused.on_outcome(session("/u/1")));
    as<blob_upload::send>(refused.send_body());
    auto why = as<failure>(refused.on_outcome(c.outcome));
    EXPECT_EQ(why.code, c.code);
    EXPECT_THAT(why.message, HasSubstr(c.says));
    EXPECT_THAT(why.hint, HasSubstr(c.hint));
  }
}

TEST_F(BlobUpload, IsSentAnewWhenItCannotHaveArrived) {
  const struct {
    const char* name;
    http_outcome outcome;
    const char* reason;
  } cases[] = {
    {"429", answer(429, {{"Retry-After", "1"}}), "429"},
    {"408", answer(408), "408"},
    {"499", answer(499), "499"},
    {"cut within the body", lost(errc::unavailable, false), "network"},
    {"404", answer(404), "session-lost"},
    {"404 with a code", error(404, "BLOB_UPLOAD_UNKNOWN"), "session-lost"},
    {"416", answer(416), "session-lost"},
    {"invalid", error(400, "BLOB_UPLOAD_INVALID"), "session-lost"},
    {"unknown", error(400, "BLOB_UPLOAD_UNKNOWN"), "session-lost"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    blob_upload again{order(), target};
    as<blob_upload::send>(again.begin());
    as<blob_upload::ready>(again.on_outcome(session("/u/1")));
    as<blob_upload::send>(again.send_body());
    EXPECT_EQ(as<blob_upload::wait>(again.on_outcome(c.outcome)).why.reason, c.reason);
    auto post = sent(again.again());
    EXPECT_EQ(post.verb, method::post);
    EXPECT_EQ(post.url, uploads);
    as<blob_upload::ready>(again.on_outcome(session("/u/2")));
    auto put = as<blob_upload::send>(again.send_body());
    EXPECT_TRUE(put.needs_slot);
    EXPECT_EQ(put.request.url, "https://reg.example/u/2?digest=" + id.to_string());
    as<blob_upload::confirmed>(again.on_outcome(answer(201)));
  }
}

TEST_F(BlobUpload, AsksForTheBlobWhenItMayHaveArrived) {
  const struct {
    const char* name;
    http_outcome outcome;
    std::optional<std::string> waits; // for this reason; nothing: it asks at once
  } cases[] = {
    {"500", answer(500), "500"},
    {"502", answer(502), "502"},
    {"503", answer(503), "503"},
    {"504", answer(504), "504"},
    {"the answer was lost", lost(errc::unavailable, true), "network"},
    {"202", session("/u/1"), std::nullopt},
    {"202 without a Location", answer(202), std::nullopt},
    {"200", answer(200), std::nullopt},
    {"204", answer(204), std::nullopt},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    blob_upload doubtful{order(), target};
    as<blob_upload::send>(doubtful.begin());
    as<blob_upload::ready>(doubtful.on_outcome(session("/u/1")));
    as<blob_upload::send>(doubtful.send_body());
    auto next = doubtful.on_outcome(c.outcome);
    if (c.waits) {
      EXPECT_EQ(as<blob_upload::wait>(std::move(next)).why.reason, *c.waits);
      next = doubtful.again();
    }
    auto head = as<blob_upload::send>(std::move(next));
    EXPECT_FALSE(head.needs_slot);
    EXPECT_EQ(head.request.verb, method::head);
    EXPECT_EQ(head.request.url, "https://reg.example/v2/models/llama/blobs/" + id.to_string());
    EXPECT_EQ(
      as<blob_upload::confirmed>(doubtful.on_outcome(answer(200, {{"Content-Length", "6"}}))).how,
      confirmation::uploaded);
  }
}

TEST_F(BlobUpload, IsSentAnewWhenItTurnsOutNotToHaveArrived) {
  for (const auto& outcome : {answer(404), answer(410), answer(200, {{"Content-Length", "5"}})}) {
    blob_upload doubtful{order(), target};
    as<blob_upload::send>(doubtful.begin());
    as<blob_upload::ready>(doubtful.on_outcome(session("/u/1")));
    as<blob_upload::send>(doubtful.send_body());
    as<blob_upload::wait>(doubtful.on_outcome(lost(errc::unavailable, true)));
    as<blob_upload::send>(doubtful.again());
    EXPECT_EQ(sent(doubtful.on_outcome(outcome)).url, uploads);
    as<blob_upload::ready>(doubtful.on_outcome(session("/u/2")));
    EXPECT_EQ(sent(doubtful.send_body()).url, "https://reg.example/u/2?digest=" + id.to_string());
  }
}

/// As distribution, whose record of the blob is broken since it was killed.
TEST_F(BlobUpload, IsSentAnewWhenTheRegistryCannotSayWhetherItArrived) {
  send();
  as<blob_upload::wait>(upload.on_outcome(lost(errc::unavailable, true)));
  for (int answers = 1; answers < 7; ++answers) {
    as<blob_upload::send>(upload.again());
    as<blob_upload::wait>(upload.on_outcome(answer(500)));
  }
  as<blob_upload::send>(upload.again());
  EXPECT_EQ(send_again(upload.on_outcome(answer(500)), "/u/2"),
            "https://reg.example/u/2?digest=" + id.to_string());
}

TEST_F(BlobUpload, GoesOnAskingWhileTheAnswerIsInDoubt) {
  send();
  as<blob_upload::wait>(upload.on_outcome(answer(502)));
  for (const auto& outcome : {answer(503), lost(errc::unavailable, false), answer(429)}) {
    EXPECT_EQ(sent(upload.again()).verb, method::head);
    as<blob_upload::wait>(upload.on_outcome(outcome));
  }
  EXPECT_EQ(sent(upload.again()).verb, method::head);
  EXPECT_EQ(as<failure>(upload.on_outcome(answer(403))).code, errc::unauthorized);
}

// ---- lost sessions ---------------------------------------------------------------------------

TEST_F(BlobUpload, GivesUpOnARegistryThatLosesEverySession) {
  send("/u/0");
  std::set<std::string> places;
  std::optional<failure> end;
  for (int session_number = 1; session_number <= 50 && !end; ++session_number) {
    auto next = upload.on_outcome(error(404, "BLOB_UPLOAD_UNKNOWN"));
    if (auto* why = std::get_if<failure>(&next)) {
      end = *why;
    } else {
      as<blob_upload::wait>(std::move(next));
      auto place = send_again(upload.again(), "/u/" + std::to_string(session_number));
      EXPECT_TRUE(places.insert(place).second) << "a stale Location: " << place;
    }
  }
  ASSERT_TRUE(end);
  EXPECT_EQ(end->code, errc::refused);
  EXPECT_THAT(end->message, HasSubstr("404 BLOB_UPLOAD_UNKNOWN"));
  EXPECT_THAT(end->hint, HasSubstr("shared secret"));
  EXPECT_GE(places.size(), 2u);
  EXPECT_LE(places.size(), 10u);
}

TEST_F(BlobUpload, GivesUpOnARegistryThatAcceptsForEverAndStoresNothing) {
  send();
  int bodies = 1;
  std::optional<failure> end;
  while (bodies < 50 && !end) {
    auto next = upload.on_outcome(session("/u/1"));
    if (auto* why = std::get_if<failure>(&next)) {
      end = *why;
    } else {
      EXPECT_EQ(sent(std::move(next)).verb, method::head);
      send_again(upload.on_outcome(answer(404)), "/u/2");
      ++bodies;
    }
  }
  ASSERT_TRUE(end);
  EXPECT_EQ(end->code, errc::refused);
  EXPECT_THAT(end->message, HasSubstr("202"));
}

// ---- a digest that is refused ----------------------------------------------------------------

TEST_F(BlobUpload, HashesTheFileWhenTheRegistryFindsAnotherDigest) {
  send();
  as<blob_upload::hash_file>(upload.on_outcome(error(400, "DIGEST_INVALID")));
  auto why = as<failure>(upload.on_hash(other));
  EXPECT_EQ(why.code, errc::source_invalid);
  EXPECT_THAT(why.message, HasSubstr("/models/blob"));
  EXPECT_THAT(why.message, HasSubstr(id.to_string()));
  EXPECT_THAT(why.message, HasSubstr(other.to_string()));
  EXPECT_THAT(why.hint, Not(HasSubstr("proxy")));
}

TEST_F(BlobUpload, IsSentOnceMoreWhenTheFileIsRight) {
  send();
  as<blob_upload::hash_file>(upload.on_outcome(error(400, "DIGEST_INVALID")));
  EXPECT_EQ(send_again(upload.on_hash(id), "/u/2"),
            "https://reg.example/u/2?digest=" + id.to_string());
  as<blob_upload::confirmed>(upload.on_outcome(answer(201)));
}

TEST_F(BlobUpload, EndsWhenTheDigestIsRefusedTwiceThoughTheFileIsRight) {
  send();
  as<blob_upload::hash_file>(upload.on_outcome(error(400, "DIGEST_INVALID")));
  send_again(upload.on_hash(id), "/u/2");
  auto why = as<failure>(upload.on_outcome(error(400, "DIGEST_INVALID")));
  EXPECT_EQ(why.code, errc::refused);
  EXPECT_THAT(why.message, HasSubstr("DIGEST_INVALID"));
}

TEST_F(BlobUpload, EndsWhenTheFileCannotBeRead) {
  send();
  as<blob_upload::hash_file>(upload.on_outcome(error(400, "DIGEST_INVALID")));
  auto why = as<failure>(upload.on_hash(failure{errc::source_invalid, "it is gone", {}}));
  EXPECT_EQ(why.code, errc::source_invalid);
  EXPECT_EQ(why.message, "it is gone");
}

} // namespace
} // namespace flotilla::protocol
