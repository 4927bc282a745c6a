#include "tests/protocol/chunked_blob_fixture.hpp"

namespace flotilla::protocol {
namespace {

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
  known.chunk = 524'288;
  blob_upload one{{id, 1'000'000, "/models/blob", {}}, target, false, known};
  open_and_send(one, one.begin());
  as<blob_upload::ready>(one.on_outcome(accepted("1?_state=1")));
  EXPECT_EQ(range(sent(one.send_body())), "524288-999999");
  EXPECT_EQ(range(open_and_send(one, one.on_outcome(answer(413)), "2")), "0-131071");
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

TEST_F(ChunkedBlob, BeginsAsAnyOtherWhereSomebodyElsesSessionIsLostLater) {
  blob_upload one{order(), target, false, terms(),
                  upload_session{*parse_url("https://reg.example/u/7"), 131'072}};
  as<blob_upload::send>(one.begin());
  as<blob_upload::ready>(one.on_outcome(told(204, "1", "0-131071")));
  as<blob_upload::send>(one.send_body());
  EXPECT_EQ(as<blob_upload::wait>(one.on_outcome(answer(404))).kept, 0u);
  EXPECT_THAT(sent(one.again()).url, HasSubstr("?mount=" + id.to_string()));
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
