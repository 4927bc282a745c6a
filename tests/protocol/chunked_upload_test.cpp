#include "tests/protocol/chunked_fixture.hpp"

namespace flotilla::protocol {
namespace {

// ---- chunk after chunk -----------------------------------------------------------------------

TEST_F(ChunkedUpload, SendsOneChunkAfterTheOtherAndThenTheEnd) {
  auto one = fresh();
  as<upload_step::ready>(one.begin());
  const auto first = as<upload_step::send>(one.send_body());
  EXPECT_TRUE(first.needs_slot);
  EXPECT_EQ(first.before, 0u);
  EXPECT_EQ(first.request.verb, method::patch);
  EXPECT_EQ(first.request.url, at("new"));
  EXPECT_EQ(first.request.fields.value("Content-Type"), "application/octet-stream");
  EXPECT_EQ(first.request.fields.value("Content-Range"), "0-65535");
  EXPECT_EQ(first.request.file.path, "/models/blob");
  EXPECT_EQ(first.request.file.offset, 0u);
  EXPECT_EQ(first.request.file.length, 65'536u);
  EXPECT_EQ(first.request.file.file_size, size);
  as<upload_step::ready>(one.on_outcome(told(202, "1", "0-65535")));
  EXPECT_EQ(one.stored(), 65'536u);
  EXPECT_EQ(one.session().to_string(), at("1"));
  EXPECT_EQ(send(one), at("1") + " 65536-131071");
  as<upload_step::ready>(one.on_outcome(told(202, "2", "0-131071")));
  EXPECT_EQ(send(one), at("2") + " 131072-149999");
  const auto put = as<chunked_upload::close>(one.on_outcome(told(202, "3", "0-149999"))).put;
  EXPECT_FALSE(put.needs_slot);
  EXPECT_EQ(put.request.verb, method::put);
  EXPECT_EQ(put.request.url, at("3") + "&digest=" + id.to_string());
  EXPECT_EQ(put.request.body_length(), 0u);
  EXPECT_EQ(one.stored(), size);
}

TEST_F(ChunkedUpload, SendsTheLastChunkInThePutWhereTheRegistryWantsIt) {
  auto known = terms();
  known.last_chunk_in_put = true;
  auto one = fresh(known);
  send_two(one);
  as<upload_step::ready>(one.on_outcome(told(201, "2", "0-131071")));
  const auto put = as<chunked_upload::close>(one.send_body()).put;
  EXPECT_TRUE(put.needs_slot);
  EXPECT_EQ(put.before, 131'072u);
  EXPECT_EQ(put.request.verb, method::put);
  EXPECT_EQ(put.request.url, at("2") + "&digest=" + id.to_string());
  EXPECT_EQ(put.request.fields.value("Content-Type"), "application/octet-stream");
  EXPECT_EQ(put.request.fields.value("Content-Range"), "131072-149999");
  EXPECT_EQ(put.request.file.offset, 131'072u);
  EXPECT_EQ(put.request.file.length, 18'928u);
  EXPECT_EQ(one.stored(), 131'072u);
}

TEST_F(ChunkedUpload, StaysWhereItIsWithoutANewLocation) {
  auto one = fresh();
  as<upload_step::ready>(one.begin());
  send(one);
  as<upload_step::ready>(one.on_outcome(told(202, "", "0-65535")));
  EXPECT_EQ(send(one), at("new") + " 65536-131071");
}

TEST_F(ChunkedUpload, TakesAnAcceptedChunkForStoredWhateverItsRangeSays) {
  const struct {
    const char* name;
    int status;
    const char* range; // after the second chunk
  } cases[] = {
    {"as specified", 202, "0-131071"},
    {"ECR: 201, and the end of the first chunk for ever", 201, "0-65535"},
    {"204", 204, "0-131071"},
    {"with a unit", 202, "bytes=0-131071"},
    {"with a unit and a blank", 202, "bytes 0-131071"},
    {"none", 202, ""},
    {"Aliyun, zot: this chunk alone", 202, "65536-131071"},
    {"its length alone", 202, "0-65535"},
    {"Quay's fresh session", 202, "bytes=0--1"},
    {"nothing", 202, "0-0"},
    {"less than before", 202, "0-9999"},
    {"one more than was sent", 202, "0-131072"},
    {"more than the blob has", 202, "0-999999"},
    {"two ranges", 202, "0-1,5-9"},
    {"a total", 202, "bytes 0-131071/150000"},
    {"a word", 202, "all"},
    {"binary", 202, "\xFF\x01"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto one = fresh();
    send_two(one);
    as<upload_step::ready>(one.on_outcome(told(c.status, "2", c.range)));
    EXPECT_EQ(one.stored(), 131'072u);
    EXPECT_EQ(send(one), at("2") + " 131072-149999");
  }
}

TEST_F(ChunkedUpload, AsksWhereARangeEndsWithinTheChunk) {
  auto one = fresh();
  send_two(one);
  EXPECT_EQ(asked(one.on_outcome(told(202, "2", "0-99999"))), at("2"));
  EXPECT_EQ(one.stored(), 65'536u);
  as<upload_step::ready>(one.on_outcome(told(204, "3", "0-99999")));
  EXPECT_EQ(one.stored(), 100'000u);
  EXPECT_EQ(send(one), at("3") + " 100000-149999");
}

TEST_F(ChunkedUpload, GoesOnWithARegistryThatTakesAPartOfEachChunk) {
  registry_profile known = terms();
  known.chunk = 150'000;
  auto one = fresh(known);
  as<upload_step::ready>(one.begin());
  EXPECT_EQ(send(one), at("new") + " 0-149999");
  asked(one.on_outcome(told(202, "1", "0-65535")));
  as<upload_step::ready>(one.on_outcome(told(204, "2", "0-65535")));
  EXPECT_EQ(send(one), at("2") + " 65536-149999");
  asked(one.on_outcome(told(202, "3", "0-131071")));
  as<upload_step::ready>(one.on_outcome(told(204, "4", "0-131071")));
  EXPECT_EQ(send(one), at("4") + " 131072-149999");
}

// ---- limits ----------------------------------------------------------------------------------

TEST_F(ChunkedUpload, IsUnfitWhereTheRegistryDoesNotTakeSuchChunks) {
  const auto ghcr = answer(416, {},
                           R"({"errors":[{"code":"REQUESTED_RANGE_NOT_SATISFIABLE","message":)"
                           R"("request body too large; limit is 4.00MiB"}]})");
  const struct {
    const char* name;
    http_outcome outcome;
    unfit::because how;
    std::uint64_t bytes;
  } cases[] = {
    {"413", answer(413), unfit::because::too_large, 65'536},
    {"413 in HTML", answer(413, {}, "<html>Request Entity Too Large</html>"),
     unfit::because::too_large, 65'536},
    {"GHCR", ghcr, unfit::because::too_large, 65'536},
    {"400", answer(400), unfit::because::refused, 0},
    {"400 with a code", error(400, "CONTENT_LENGTH_INVALID"), unfit::because::refused, 0},
    {"405", error(405, "UNSUPPORTED"), unfit::because::refused, 0},
    {"411", answer(411), unfit::because::refused, 0},
    {"415", answer(415), unfit::because::refused, 0},
    {"422", answer(422), unfit::because::refused, 0},
    {"501", answer(501), unfit::because::refused, 0},
    {"a page of a proxy", answer(200, {}, "<html>"), unfit::because::refused, 0},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto one = fresh();
    send_two(one);
    const auto end = as<unfit>(one.on_outcome(c.outcome));
    EXPECT_EQ(end.how, c.how);
    EXPECT_EQ(end.bytes, c.bytes);
    EXPECT_EQ(end.why.code, errc::refused);
    EXPECT_THAT(end.why.message, HasSubstr("sending it"));
    EXPECT_EQ(as<failure>(one.again()).code, errc::internal);
  }
}

TEST_F(ChunkedUpload, IsUnfitOnceTheRegistryWantsLongerChunks) {
  auto one = fresh();
  as<upload_step::ready>(one.begin());
  send(one);
  const auto end
    = as<unfit>(one.on_outcome(told(202, "1", "0-65535", {{"OCI-Chunk-Min-Length", "65537"}})));
  EXPECT_EQ(end.how, unfit::because::too_small);
  EXPECT_EQ(end.bytes, 65'537u);
}

TEST_F(ChunkedUpload, NeedsNoLongerChunkForTheLastOne) {
  auto one = fresh();
  as<upload_step::ready>(one.begin());
  send(one);
  as<upload_step::ready>(
    one.on_outcome(told(202, "1", "0-65535", {{"OCI-Chunk-Min-Length", "65536"}})));
  send(one);
  as<upload_step::ready>(
    one.on_outcome(told(202, "2", "0-131071", {{"OCI-Chunk-Min-Length", "5242880"}})));
}

TEST_F(ChunkedUpload, FailsWhereNoOtherWayWouldHelp) {
  const struct {
    const char* name;
    http_outcome outcome;
    errc code;
  } cases[] = {
    {"no credentials", answer(401), errc::unauthorized},
    {"quota", error(403, "DENIED"), errc::unauthorized},
    {"conflict", answer(409), errc::refused},
    {"precondition", answer(412), errc::refused},
    {"payment", answer(402), errc::refused},
    {"redirect", answer(307, {{"Location", "/x"}}), errc::refused},
    {"the file is gone", lost(errc::source_invalid, false), errc::source_invalid},
    {"stopped", lost(errc::interrupted, true), errc::interrupted},
    {"next session off TLS", answer(202, {{"Location", "http://other.example/u"}}), errc::refused},
    {"next session at an odd place", answer(202, {{"Location", "ftp://x/u"}}), errc::refused},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto one = fresh();
    send_two(one);
    EXPECT_EQ(as<failure>(one.on_outcome(c.outcome)).code, c.code);
    EXPECT_EQ(as<failure>(one.on_outcome(told(202, "2", "0-131071"))).code, errc::internal);
  }
}

// ---- without trouble -------------------------------------------------------------------------

TEST_F(ChunkedUpload, IsLostWhereTheSessionIsGoneForNoReason) {
  for (const auto& outcome :
       {answer(404), answer(410), error(404, "BLOB_UPLOAD_INVALID"),
        error(400, "BLOB_UPLOAD_UNKNOWN"), error(400, "BLOB_UPLOAD_INVALID")}) {
    auto one = fresh();
    send_two(one);
    EXPECT_THAT(as<chunked_upload::lost>(one.on_outcome(outcome)).why, HasSubstr("answered 4"));
    EXPECT_EQ(as<failure>(one.send_body()).code, errc::internal);
  }
}

TEST_F(ChunkedUpload, AsksOnceWhereTheOffsetIsRefused) {
  auto one = fresh();
  send_two(one);
  EXPECT_EQ(asked(one.on_outcome(told(416, "2", "0-99999"))), at("2"));
  as<upload_step::ready>(one.on_outcome(told(204, "3", "0-99999")));
  EXPECT_EQ(send(one), at("3") + " 100000-149999");
}

TEST_F(ChunkedUpload, AsksAtTheLastLocationWhereA416NamesNone) {
  auto one = fresh();
  send_two(one);
  EXPECT_EQ(asked(one.on_outcome(answer(416))), at("1"));
}

TEST_F(ChunkedUpload, IsLostWhereTheOffsetIsRefusedAndNoOtherIsNamed) {
  const struct {
    const char* name;
    http_outcome status;
  } cases[] = {
    {"the same", told(204, "2", "0-65535")},
    {"none", told(204, "2", "")},
    {"less", told(204, "2", "0-9")},
    {"more than was sent", told(204, "2", "0-131072")},
    {"garbage", told(204, "2", "all")},
    {"a part only", told(204, "2", "65536-99999")},
    {"gone", answer(404)},
    {"gone for good", answer(410)},
    {"not to be asked", answer(405)},
    {"not by us", answer(403)},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto one = fresh();
    send_two(one);
    asked(one.on_outcome(answer(416)));
    as<chunked_upload::lost>(one.on_outcome(c.status));
  }
}

TEST_F(ChunkedUpload, AsksNotTwiceWhereSoLittleHasMoved) {
  for (const auto& again : {answer(416), told(202, "4", "0-65599")}) {
    auto one = fresh();
    send_two(one);
    asked(one.on_outcome(answer(416)));
    as<upload_step::ready>(one.on_outcome(told(204, "2", "0-65537")));
    EXPECT_EQ(send(one), at("2") + " 65538-131073");
    as<chunked_upload::lost>(one.on_outcome(again));
  }
}

TEST_F(ChunkedUpload, AsksAgainOnceAChunkHasArrivedInBetween) {
  auto one = fresh();
  as<upload_step::ready>(one.begin());
  send(one);
  asked(one.on_outcome(answer(416)));
  as<upload_step::ready>(one.on_outcome(told(204, "1", "0-9")));
  EXPECT_EQ(send(one), at("1") + " 10-65545");
  as<upload_step::ready>(one.on_outcome(told(202, "2", "0-65545")));
  send(one);
  EXPECT_EQ(asked(one.on_outcome(answer(416))), at("2"));
}

// ---- misuse ----------------------------------------------------------------------------------

TEST_F(ChunkedUpload, AnswersNothingThatItDidNotAsk) {
  auto one = fresh();
  EXPECT_EQ(as<failure>(one.send_body()).code, errc::internal);
  EXPECT_EQ(as<failure>(one.again()).code, errc::internal);
  EXPECT_EQ(as<failure>(one.close_again()).code, errc::internal);
  EXPECT_EQ(as<failure>(one.on_outcome(answer(202))).code, errc::internal);
  as<upload_step::ready>(one.begin());
  EXPECT_EQ(as<failure>(one.begin()).code, errc::internal);
  EXPECT_EQ(as<failure>(one.on_outcome(answer(202))).code, errc::internal);
  send(one);
  EXPECT_EQ(as<failure>(one.send_body()).code, errc::internal);
  EXPECT_EQ(as<failure>(one.again()).code, errc::internal);
  EXPECT_EQ(as<failure>(one.close_again()).code, errc::internal);
}

} // namespace
} // namespace flotilla::protocol
