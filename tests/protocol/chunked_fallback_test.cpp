#include "tests/protocol/chunked_blob_fixture.hpp"

namespace flotilla::protocol {
namespace {

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
  const auto post = sent(upload.on_outcome(answer(404)));
  EXPECT_EQ(post.url, uploads) << "whether the registry has it has been asked";
  as<blob_upload::ready>(upload.on_outcome(opened("2")));
  const auto patch = sent(upload.send_body());
  EXPECT_EQ(patch.verb, method::patch);
  EXPECT_EQ(patch.url, "https://reg.example/u/2");
  EXPECT_EQ(range(patch), "0-65535");
}

TEST_F(ChunkedBlob, TakesSmallerChunksOnceTwoSessionsDidNotOutliveTheirFirst) {
  auto known = unknown();
  known.threshold = 1;
  blob_upload one{{id, large_size, "/models/blob", {}}, target, false, known};
  auto next = one.begin();
  for (const char* chunk : {"0-67108863", "0-67108863", "0-16777215"}) {
    EXPECT_EQ(range(open_and_send(one, std::move(next))), chunk);
    as<blob_upload::wait>(one.on_outcome(lost(errc::unavailable, false)));
    as<blob_upload::send>(one.again());
    next = one.on_outcome(answer(404));
  }
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

TEST_F(ChunkedBlob, EndsWhereAChunkIsRefusedForGood) {
  for (const auto& outcome : {error(403, "DENIED"), answer(401), answer(409)}) {
    blob_upload one{order(), target, false, terms()};
    open_and_send(one, one.begin());
    EXPECT_THAT(as<failure>(one.on_outcome(outcome)).message, HasSubstr(id.brief()));
    EXPECT_FALSE(one.resumable());
    EXPECT_EQ(as<failure>(one.on_outcome(accepted("1"))).code, errc::internal);
    EXPECT_EQ(as<failure>(one.send_body()).code, errc::internal);
  }
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
  auto next = upload.begin();
  for (const char* number : {"1", "2"}) {
    EXPECT_EQ(open_and_send(upload, std::move(next), number).verb, method::patch);
    as<blob_upload::ready>(upload.on_outcome(accepted("1?_state=1")));
    as<blob_upload::send>(upload.send_body());
    as<blob_upload::wait>(upload.on_outcome(answer(500)));
    as<blob_upload::send>(upload.again());
    next = upload.on_outcome(answer(404));
  }
  EXPECT_EQ(open_and_send(upload, std::move(next), "3").verb, method::put);
  as<blob_upload::confirmed>(upload.on_outcome(answer(201)));
  EXPECT_EQ(upload.learned().takes, chunking::unknown);
}

TEST_F(ChunkedBlob, GoesWholeWhereItsChunksGaveAnotherDigest) {
  send_all(upload);
  as<blob_upload::hash_file>(upload.on_outcome(error(400, "DIGEST_INVALID")));
  EXPECT_EQ(open_and_send(upload, upload.on_hash(id), "2").verb, method::put);
  as<blob_upload::confirmed>(upload.on_outcome(answer(201)));
  EXPECT_EQ(upload.learned().takes, chunking::whole);
}

TEST_F(ChunkedBlob, GoesWholeWhereTheRegistryWantsLongerAndLongerChunks) {
  EXPECT_EQ(range(open_and_send(upload, upload.begin())), "0-65535");
  const auto wants = [](const char* bytes) {
    return answer(202, {{"Location", "/u/9"}, {"OCI-Chunk-Min-Length", bytes}});
  };
  EXPECT_THAT(as<blob_upload::wait>(upload.on_outcome(wants("65537"))).why.detail,
              HasSubstr("65537 bytes"));
  EXPECT_EQ(range(open_and_send(upload, upload.again(), "2")), "0-65536");
  as<blob_upload::wait>(upload.on_outcome(wants("65538")));
  EXPECT_EQ(open_and_send(upload, upload.again(), "3").verb, method::put);
  EXPECT_EQ(upload.learned().least, 65'538u);
}

TEST_F(ChunkedBlob, IsNotBegunAnewForEver) {
  auto next = upload.begin();
  int bodies = 0;
  for (; bodies < 50; ++bodies) {
    open_and_send(upload, std::move(next), std::to_string(bodies));
    next = upload.on_outcome(answer(404));
    if (std::holds_alternative<failure>(next))
      break;
    as<blob_upload::wait>(std::move(next));
    next = upload.again();
  }
  EXPECT_EQ(bodies, 5);
  EXPECT_EQ(as<failure>(std::move(next)).code, errc::refused);
}

} // namespace
} // namespace flotilla::protocol
