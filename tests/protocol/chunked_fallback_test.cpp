#include "tests/protocol/chunked_fixture.hpp"

namespace flotilla::protocol {
namespace {

constexpr std::uint64_t mib = 1'048'576;

/// Uploads of 150,000 bytes to a registry of which it is known that a blob of that size goes in
/// chunks of 65,536 bytes, and of 200 MiB to one of which nothing is known.
class ChunkedBlob : public ChunkedUpload {
protected:
  static constexpr std::uint64_t large_size = 200 * mib;

  static registry_profile unknown() {
    registry_profile known;
    known.takes = chunking::unknown;
    return known;
  }
  static http_outcome opened(const std::string& number) {
    return answer(202, {{"Location", "/u/" + number}, {"Range", "0-0"}});
  }
  static http_outcome accepted(const std::string& state) {
    return answer(202, {{"Location", "/u/" + state}});
  }
  /// A session is asked for, by `next`, and opened; a body is sent. @returns what is sent
  static http_request open_and_send(blob_upload& one, blob_upload::step next,
                                    const std::string& number = "1") {
    EXPECT_EQ(sent(std::move(next)).verb, method::post);
    as<blob_upload::ready>(one.on_outcome(opened(number)));
    const auto body = as<blob_upload::send>(one.send_body());
    EXPECT_TRUE(body.needs_slot);
    EXPECT_EQ(body.before, body.request.file.offset);
    return body.request;
  }
  /// All chunks are sent and taken. @returns the closing PUT
  static http_request send_all(blob_upload& one) {
    open_and_send(one, one.begin());
    as<blob_upload::ready>(one.on_outcome(accepted("1?_state=1")));
    as<blob_upload::send>(one.send_body());
    as<blob_upload::ready>(one.on_outcome(accepted("1?_state=2")));
    as<blob_upload::send>(one.send_body());
    return sent(one.on_outcome(accepted("1?_state=3")));
  }
  static std::string range(const http_request& request) {
    return std::string{request.fields.value("Content-Range")};
  }
  static http_outcome found(std::uint64_t bytes) {
    return answer(200, {{"Content-Length", std::to_string(bytes)}});
  }

  blob_upload upload{order(), target, false, terms()};
  blob_upload large{{id, large_size, "/models/blob", {}}, target, false, unknown()};
};

TEST_F(ChunkedBlob, GoesInChunksIntoTheSessionThatAMountOpens) {
  const auto patch = open_and_send(upload, upload.begin());
  EXPECT_EQ(patch.verb, method::patch);
  EXPECT_EQ(patch.url, "https://reg.example/u/1");
  EXPECT_EQ(range(patch), "0-65535");
  as<blob_upload::ready>(upload.on_outcome(accepted("1?_state=1")));
  EXPECT_EQ(range(sent(upload.send_body())), "65536-131071");
}

TEST_F(ChunkedBlob, IsUploadedOnceTheClosingPutSaysSo) {
  const auto put = send_all(upload);
  EXPECT_EQ(put.verb, method::put);
  EXPECT_EQ(put.url, "https://reg.example/u/1?_state=3&digest=" + id.to_string());
  EXPECT_EQ(as<blob_upload::confirmed>(upload.on_outcome(answer(201))).how, confirmation::uploaded);
  EXPECT_EQ(upload.learned().takes, chunking::chunks);
  EXPECT_EQ(as<failure>(upload.on_outcome(answer(201))).code, errc::internal);
}

TEST_F(ChunkedBlob, GoesWholeBelowTheThresholdAndByDefault) {
  EXPECT_EQ(open_and_send(large, large.begin()).verb, method::put);
  blob_upload by_default{{id, 5'000 * mib, "/models/blob", {}}, target};
  EXPECT_EQ(open_and_send(by_default, by_default.begin()).body_length(), 5'000 * mib);
}

TEST_F(ChunkedBlob, KeepsToTheLimitsThatItsSessionNames) {
  as<blob_upload::send>(upload.begin());
  as<blob_upload::ready>(
    upload.on_outcome(answer(202, {{"Location", "/u/1"}, {"OCI-Chunk-Min-Length", "100000"}})));
  EXPECT_EQ(range(sent(upload.send_body())), "0-99999");
  EXPECT_EQ(upload.learned().least, 100'000u);
  as<blob_upload::send>(large.begin());
  as<blob_upload::ready>(
    large.on_outcome(answer(202, {{"Location", "/u/1"}, {"OCI-Chunk-Max-Length", "10000000"}})));
  EXPECT_EQ(range(sent(large.send_body())), "0-9999999");
}

TEST_F(ChunkedBlob, WaitsWithWhatIsAcknowledged) {
  open_and_send(upload, upload.begin());
  as<blob_upload::ready>(upload.on_outcome(accepted("1?_state=1")));
  as<blob_upload::send>(upload.send_body());
  const auto wait = as<blob_upload::wait>(upload.on_outcome(lost(errc::unavailable, false)));
  EXPECT_EQ(wait.attempt, 1u);
  EXPECT_EQ(wait.kept, 65'536u);
  const auto get = as<blob_upload::send>(upload.again());
  EXPECT_FALSE(get.needs_slot);
  EXPECT_EQ(get.request.verb, method::get);
  EXPECT_EQ(get.request.url, "https://reg.example/u/1?_state=1");
  as<blob_upload::ready>(upload.on_outcome(told(204, "2", "0-99999")));
  EXPECT_EQ(range(sent(upload.send_body())), "100000-149999");
}

TEST_F(ChunkedBlob, BeginsAnewAtOnceWhereTheSessionDidNotOutliveABrokenChunk) {
  open_and_send(upload, upload.begin());
  as<blob_upload::wait>(upload.on_outcome(lost(errc::unavailable, false)));
  as<blob_upload::send>(upload.again());
  const auto patch = open_and_send(upload, upload.on_outcome(answer(404)), "2");
  EXPECT_EQ(patch.verb, method::patch);
  EXPECT_EQ(patch.url, "https://reg.example/u/2");
  EXPECT_EQ(range(patch), "0-65535");
}

// ---- from whole to chunks --------------------------------------------------------------------

TEST_F(ChunkedBlob, GoesInChunksOnceItWasTooLargeAsAWhole) {
  open_and_send(large, large.begin());
  auto patch = open_and_send(large, large.on_outcome(answer(413, {}, "<html>")), "2");
  EXPECT_EQ(patch.verb, method::patch);
  EXPECT_EQ(patch.url, "https://reg.example/u/2");
  EXPECT_EQ(range(patch), "0-67108863");
  for (const auto* smaller : {"0-16777215", "0-4194303", "0-1048575"})
    EXPECT_EQ(range(open_and_send(large, large.on_outcome(answer(413)), "3")), smaller);
  EXPECT_EQ(large.learned().chunk_size(), mib);
  EXPECT_EQ(large.learned().threshold, 64 * mib + 1);
  blob_upload next{{id, 65 * mib, "/models/other", {}}, target, false, large.learned()};
  EXPECT_EQ(range(open_and_send(next, next.begin())), "0-1048575");
}

TEST_F(ChunkedBlob, FailsWhereNothingIsSmallEnough) {
  open_and_send(large, large.begin());
  auto next = large.on_outcome(answer(413));
  int bodies = 1;
  for (; !std::holds_alternative<failure>(next) && bodies < 50; ++bodies) {
    open_and_send(large, std::move(next));
    next = large.on_outcome(answer(413));
  }
  EXPECT_EQ(bodies, 7); // whole, 64, 16, 4, 1 MiB, 256, 64 KiB
  const auto why = as<failure>(std::move(next));
  EXPECT_EQ(why.code, errc::refused);
  EXPECT_THAT(why.message, HasSubstr("413"));
  EXPECT_THAT(why.hint, HasSubstr("limit"));
}

TEST_F(ChunkedBlob, GoesInChunksOnceItWasCutTwiceAsAWhole) {
  open_and_send(large, large.begin());
  as<blob_upload::wait>(large.on_outcome(lost(errc::unavailable, false)));
  EXPECT_EQ(open_and_send(large, large.again(), "2").verb, method::put);
  as<blob_upload::wait>(large.on_outcome(lost(errc::unavailable, false)));
  EXPECT_EQ(open_and_send(large, large.again(), "3").verb, method::patch);
}

TEST_F(ChunkedBlob, StaysWholeWhereNoBodyWasCut) {
  const http_outcome unreached{no_response{{errc::unavailable, "refused", {}}, 0, false}};
  for (const auto& outcome : {unreached, answer(429), answer(408)}) {
    blob_upload one{{id, large_size, "/models/blob", {}}, target, false, unknown()};
    auto next = one.begin();
    for (int i = 0; i < 10; ++i) {
      EXPECT_EQ(open_and_send(one, std::move(next)).verb, method::put);
      as<blob_upload::wait>(one.on_outcome(outcome));
      next = one.again();
    }
  }
}

// ---- from chunks to whole --------------------------------------------------------------------

TEST_F(ChunkedBlob, GoesWholeOnceChunksWereRefused) {
  for (int status : {200, 400, 405, 411, 415, 422, 501}) {
    SCOPED_TRACE(status);
    blob_upload one{order(), target, false, terms()};
    open_and_send(one, one.begin());
    const auto put = open_and_send(one, one.on_outcome(answer(status)), "2");
    EXPECT_EQ(put.verb, method::put);
    EXPECT_EQ(put.url, "https://reg.example/u/2?digest=" + id.to_string());
    EXPECT_EQ(put.body_length(), size);
    EXPECT_EQ(range(put), "");
    EXPECT_EQ(one.learned().takes, chunking::unknown);
    EXPECT_EQ(as<blob_upload::confirmed>(one.on_outcome(answer(201))).how, confirmation::uploaded);
    EXPECT_EQ(one.learned().takes, chunking::whole);
  }
}

TEST_F(ChunkedBlob, GoesWholeOnceTheEndOfItsChunksWasRefused) {
  send_all(upload);
  EXPECT_EQ(open_and_send(upload, upload.on_outcome(error(400, "SIZE_INVALID")), "2").verb,
            method::put);
}

TEST_F(ChunkedBlob, FailsWithTheRegistrysWordsWhereItIsRefusedBothWays) {
  open_and_send(upload, upload.begin());
  open_and_send(upload, upload.on_outcome(error(400, "UNSUPPORTED")), "2");
  EXPECT_THAT(as<failure>(upload.on_outcome(answer(413))).message, HasSubstr("413"));
  open_and_send(large, large.begin());
  open_and_send(large, large.on_outcome(answer(413)), "2");
  EXPECT_THAT(as<failure>(large.on_outcome(error(400, "UNSUPPORTED"))).message,
              HasSubstr("400 UNSUPPORTED"));
}

TEST_F(ChunkedBlob, GoesWholeOnceTwoSessionsInChunksWereLost) {
  open_and_send(upload, upload.begin());
  EXPECT_EQ(as<blob_upload::wait>(upload.on_outcome(answer(404))).why.reason, "session-lost");
  EXPECT_EQ(open_and_send(upload, upload.again(), "2").verb, method::patch);
  EXPECT_EQ(as<blob_upload::wait>(upload.on_outcome(answer(404))).kept, 0u);
  EXPECT_EQ(open_and_send(upload, upload.again(), "3").verb, method::put);
  as<blob_upload::confirmed>(upload.on_outcome(answer(201)));
  EXPECT_EQ(upload.learned().takes, chunking::whole);
}

TEST_F(ChunkedBlob, BelievesNothingOfARegistryThatWasOnlyInTrouble) {
  open_and_send(upload, upload.begin());
  auto next = blob_upload::step{};
  for (const char* number : {"2", "3"}) {
    as<blob_upload::ready>(upload.on_outcome(accepted("1?_state=1")));
    as<blob_upload::send>(upload.send_body());
    as<blob_upload::wait>(upload.on_outcome(answer(500)));
    as<blob_upload::send>(upload.again());
    next = open_and_send(upload, upload.on_outcome(answer(404)), number).verb == method::put
             ? upload.on_outcome(answer(201))
             : blob_upload::step{};
  }
  as<blob_upload::confirmed>(std::move(next));
  EXPECT_EQ(upload.learned().takes, chunking::unknown);
}

TEST_F(ChunkedBlob, GoesWholeWhereItsChunksGaveAnotherDigest) {
  send_all(upload);
  as<blob_upload::hash_file>(upload.on_outcome(error(400, "DIGEST_INVALID")));
  EXPECT_EQ(open_and_send(upload, upload.on_hash(id), "2").verb, method::put);
  as<blob_upload::confirmed>(upload.on_outcome(answer(201)));
  EXPECT_EQ(upload.learned().takes, chunking::whole);
}

TEST_F(ChunkedBlob, IsNotBegunAnewForEver) {
  const struct {
    const char* name;
    http_outcome outcome;
    int bodies;
  } cases[] = {
    {"404", answer(404), 6},
    {"longer and longer chunks",
     answer(202, {{"Location", "/u/9"}, {"OCI-Chunk-Min-Length", "65537"}}), 0},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    blob_upload one{order(), target, false, terms()};
    auto next = one.begin();
    int bodies = 0;
    for (; bodies < 50; ++bodies) {
      if (std::holds_alternative<blob_upload::wait>(next))
        next = one.again();
      if (!std::holds_alternative<blob_upload::send>(next))
        break;
      if (std::get<blob_upload::send>(next).request.verb == method::post)
        as<blob_upload::ready>(one.on_outcome(opened(std::to_string(bodies))));
      as<blob_upload::send>(one.send_body());
      next = one.on_outcome(c.outcome);
    }
    if (c.bodies > 0)
      EXPECT_EQ(bodies, c.bodies);
    EXPECT_LT(bodies, 20);
  }
}

// ---- the end ---------------------------------------------------------------------------------

TEST_F(ChunkedBlob, AsksForTheBlobAndThenForItsSessionWhereTheEndIsInDoubt) {
  const struct {
    const char* name;
    http_outcome outcome;
    bool waits;
  } cases[] = {
    {"500", answer(500), true},
    {"504", answer(504), true},
    {"429", answer(429), true},
    {"cut", lost(errc::unavailable, false), true},
    {"the answer was lost", lost(errc::unavailable, true), true},
    {"202", accepted("1?_state=9"), false},
    {"204", answer(204), false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    blob_upload one{order(), target, false, terms()};
    send_all(one);
    auto next = one.on_outcome(c.outcome);
    if (c.waits) {
      EXPECT_EQ(as<blob_upload::wait>(std::move(next)).kept, size);
      next = one.again();
    }
    EXPECT_EQ(sent(std::move(next)).verb, method::head);
    const auto get = sent(one.on_outcome(answer(404)));
    EXPECT_EQ(get.verb, method::get);
    EXPECT_EQ(get.url, "https://reg.example/u/1?_state=3");
    const auto put = sent(one.on_outcome(told(204, "4", "0-149999")));
    EXPECT_EQ(put.verb, method::put);
    EXPECT_EQ(put.url, at("4") + "&digest=" + id.to_string());
    // It was at it all the while.
    EXPECT_EQ(sent(one.on_outcome(answer(404))).verb, method::head);
    EXPECT_EQ(as<blob_upload::confirmed>(one.on_outcome(found(size))).how, confirmation::uploaded);
    EXPECT_EQ(one.learned().takes, chunking::chunks);
  }
}

TEST_F(ChunkedBlob, TakesSmallerChunksWhereTheLastOneIsTooLargeForThePut) {
  auto known = terms();
  known.last_chunk_in_put = true;
  known.chunk = 131'072;
  blob_upload one{{id, 250'000, "/models/blob", {}}, target, false, known};
  open_and_send(one, one.begin());
  as<blob_upload::ready>(one.on_outcome(accepted("1?_state=1")));
  EXPECT_EQ(sent(one.send_body()).verb, method::put);
  EXPECT_EQ(as<failure>(one.on_outcome(answer(403))).code, errc::unauthorized);
  known.chunk = 524'288;
  blob_upload two{{id, 1'000'000, "/models/blob", {}}, target, false, known};
  open_and_send(two, two.begin());
  as<blob_upload::ready>(two.on_outcome(accepted("1?_state=1")));
  EXPECT_EQ(range(sent(two.send_body())), "524288-999999");
  EXPECT_EQ(range(open_and_send(two, two.on_outcome(answer(413)), "2")), "0-131071");
}

// ---- going on after somebody else ------------------------------------------------------------

TEST_F(ChunkedBlob, TellsWhereSomebodyElseCanGoOn) {
  EXPECT_FALSE(upload.resumable());
  open_and_send(upload, upload.begin());
  EXPECT_FALSE(upload.resumable()) << "nothing would be lost";
  as<blob_upload::ready>(upload.on_outcome(accepted("1?_state=1")));
  ASSERT_TRUE(upload.resumable());
  EXPECT_EQ(upload.resumable()->location.to_string(), "https://reg.example/u/1?_state=1");
  EXPECT_EQ(upload.resumable()->held, 65'536u);
  as<blob_upload::send>(upload.send_body());
  EXPECT_EQ(upload.resumable()->held, 65'536u);
  as<blob_upload::wait>(upload.on_outcome(lost(errc::unavailable, false)));
  EXPECT_TRUE(upload.resumable());
  as<blob_upload::send>(upload.again());
  as<blob_upload::send>(upload.on_outcome(answer(404)));
  EXPECT_FALSE(upload.resumable()) << "the session is no more";
}

TEST_F(ChunkedBlob, IsResumedWhereSomebodyElseHasBegun) {
  blob_upload one{order(), target, false, terms(),
                  upload_session{*parse_url("https://reg.example/u/7?_state=old"), 131'072}};
  const auto get = as<blob_upload::send>(one.begin());
  EXPECT_FALSE(get.needs_slot);
  EXPECT_EQ(get.request.verb, method::get);
  EXPECT_EQ(get.request.url, "https://reg.example/u/7?_state=old");
  as<blob_upload::ready>(one.on_outcome(told(204, "new", "0-131071")));
  const auto patch = as<blob_upload::send>(one.send_body());
  EXPECT_EQ(patch.request.url, at("new"));
  EXPECT_EQ(range(patch.request), "131072-149999");
  as<blob_upload::send>(one.on_outcome(accepted("1?_state=2")));
  EXPECT_EQ(as<blob_upload::confirmed>(one.on_outcome(answer(201))).how, confirmation::resumed);
  EXPECT_FALSE(one.resumable());
}

TEST_F(ChunkedBlob, BeginsAsAnyOtherWhereSomebodyElsesSessionIsNoMore) {
  for (const auto& status : {answer(404), answer(401), told(204, "1", "0-9")}) {
    blob_upload one{order(), target, false, terms(),
                    upload_session{*parse_url("https://reg.example/u/7"), 131'072}};
    as<blob_upload::send>(one.begin());
    const auto mount = sent(one.on_outcome(status));
    EXPECT_THAT(mount.url, HasSubstr("?mount=" + id.to_string()));
    EXPECT_FALSE(one.resumable());
    EXPECT_EQ(as<blob_upload::confirmed>(one.on_outcome(mounted())).how, confirmation::present);
  }
}

TEST_F(ChunkedBlob, WaitsWithWhatSomebodyElseHasSent) {
  blob_upload one{order(), target, false, terms(),
                  upload_session{*parse_url("https://reg.example/u/7"), 131'072}};
  as<blob_upload::send>(one.begin());
  EXPECT_EQ(as<blob_upload::wait>(one.on_outcome(answer(503))).kept, 131'072u);
  EXPECT_EQ(sent(one.again()).verb, method::get);
}

TEST_F(ChunkedBlob, IsNotTiedToOllamasWays) {
  blob_upload one{order(), target, true, terms()};
  as<blob_upload::send>(one.begin());
  as<blob_upload::sum_part>(one.on_outcome(answer(202, {{"Docker-Upload-Location", "/u/1"}})));
  EXPECT_FALSE(one.resumable());
  EXPECT_EQ(as<failure>(upload.on_sum(md5_sum{})).code, errc::internal);
}

} // namespace
} // namespace flotilla::protocol
