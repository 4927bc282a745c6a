#include "tests/protocol/blob_upload_fixture.hpp"

namespace flotilla::protocol {
namespace {

// ---- opening ---------------------------------------------------------------------------------

TEST_F(BlobUpload, BeginsWithAMountFromItsSource) {
  blob_upload mounting{order("library/base"), target};
  auto first = as<blob_upload::send>(mounting.begin());
  EXPECT_FALSE(first.needs_slot);
  EXPECT_EQ(first.request.verb, method::post);
  EXPECT_EQ(first.request.url, uploads + "?mount=" + id.to_string() + "&from=library/base");
  EXPECT_EQ(first.request.body_length(), 0u);
}

TEST_F(BlobUpload, AsksTheTargetItselfWhenNoSourceIsKnown) {
  EXPECT_EQ(sent(upload.begin()).url, uploads + "?mount=" + id.to_string() + "&from=models/llama");
}

TEST_F(BlobUpload, IsMountedByA201) {
  blob_upload mounting{order("library/base"), target};
  as<blob_upload::send>(mounting.begin());
  EXPECT_EQ(as<blob_upload::confirmed>(mounting.on_outcome(mounted())).how, confirmation::mounted);
}

TEST_F(BlobUpload, IsPresentWhenTheTargetMountsItFromItself) {
  as<blob_upload::send>(upload.begin());
  EXPECT_EQ(as<blob_upload::confirmed>(upload.on_outcome(mounted())).how, confirmation::present);
}

TEST_F(BlobUpload, IsSentWhereA201NamesAnotherBlobOrNone) {
  for (const auto& outcome :
       {answer(201), answer(201, {{"Docker-Content-Digest", other.to_string()},
                                  {"Location", "/v2/models/llama/blobs/x"}})}) {
    blob_upload unsure{order(), target};
    as<blob_upload::send>(unsure.begin());
    EXPECT_EQ(sent(unsure.on_outcome(outcome)).url, uploads);
  }
}

TEST_F(BlobUpload, UsesTheSessionThatARefusedMountOpens) {
  blob_upload mounting{order("library/base"), target};
  as<blob_upload::send>(mounting.begin());
  as<blob_upload::ready>(mounting.on_outcome(session("/u/7?_state=x")));
  auto body = as<blob_upload::send>(mounting.send_body());
  EXPECT_TRUE(body.needs_slot);
  EXPECT_EQ(body.request.verb, method::put);
  EXPECT_EQ(body.request.url, "https://reg.example/u/7?_state=x&digest=" + id.to_string());
  EXPECT_EQ(body.request.fields.value("content-type"), "application/octet-stream");
  EXPECT_EQ(body.request.file.path, "/models/blob");
  EXPECT_EQ(body.request.file.offset, 0u);
  EXPECT_EQ(body.request.file.length, 6u);
  EXPECT_EQ(body.request.file.file_size, 6u);
  EXPECT_EQ(as<blob_upload::confirmed>(mounting.on_outcome(answer(201))).how,
            confirmation::uploaded);
}

TEST_F(BlobUpload, OpensAPlainSessionWhereMountingIsRefused) {
  for (int status : {400, 401, 403, 404, 405, 409, 411, 413, 415, 416, 501, 200, 204, 307}) {
    SCOPED_TRACE(status);
    blob_upload refused{order("library/base"), target};
    as<blob_upload::send>(refused.begin());
    auto post = sent(refused.on_outcome(answer(status)));
    EXPECT_EQ(post.verb, method::post);
    EXPECT_EQ(post.url, uploads);
    as<blob_upload::ready>(refused.on_outcome(session("/u/1")));
  }
}

TEST_F(BlobUpload, TriesAMountThatMeetsTroubleThreeTimesAndThenOpensAPlainSession) {
  const struct {
    const char* name;
    http_outcome outcome;
    const char* reason;
    const char* retry_after;
  } cases[] = {
    {"too many", answer(429, {{"Retry-After", "17"}}), "429", "17"},
    {"overload", answer(503, {{"Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"}}), "503",
     "Sun, 06 Nov 1994 08:49:37 GMT"},
    {"time-out", answer(408), "408", ""},
    {"bad gateway", answer(502), "502", ""},
    {"connection cut", lost(errc::unavailable, false), "network", ""},
    {"connection cut after all", lost(errc::unavailable, true), "network", ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    blob_upload troubled{order("library/base"), target};
    const auto mount = sent(troubled.begin()).url;
    for (unsigned attempt = 1; attempt <= 3; ++attempt) {
      auto wait = as<blob_upload::wait>(troubled.on_outcome(c.outcome));
      EXPECT_EQ(wait.attempt, attempt);
      EXPECT_EQ(wait.why.reason, c.reason);
      EXPECT_EQ(wait.why.retry_after, c.retry_after);
      EXPECT_EQ(sent(troubled.again()).url, attempt < 3 ? mount : uploads);
    }
    EXPECT_FALSE(troubled.mount_refused());
  }
}

TEST_F(BlobUpload, IsMountedAfterTrouble) {
  blob_upload troubled{order("library/base"), target};
  as<blob_upload::send>(troubled.begin());
  as<blob_upload::wait>(troubled.on_outcome(answer(503)));
  as<blob_upload::send>(troubled.again());
  EXPECT_EQ(as<blob_upload::confirmed>(troubled.on_outcome(mounted())).how, confirmation::mounted);
}

// Basic: the password that lets us push here does not open the mount's source, and the gateway
// has no other.
TEST_F(BlobUpload, IsSentWhereTheMountSourceIsClosedToUs) {
  blob_upload closed{order("library/base"), target};
  as<blob_upload::send>(closed.begin());
  EXPECT_EQ(sent(closed.on_outcome(lost(errc::unauthorized, false))).url, uploads);
  EXPECT_TRUE(closed.mount_refused());
  as<blob_upload::ready>(closed.on_outcome(session("/u/1")));
}

TEST_F(BlobUpload, CountsItsAttempts) {
  as<blob_upload::send>(upload.begin());
  for (unsigned attempt = 1; attempt <= 4; ++attempt) {
    EXPECT_EQ(as<blob_upload::wait>(upload.on_outcome(answer(503))).attempt, attempt);
    as<blob_upload::send>(upload.again());
  }
}

TEST_F(BlobUpload, EndsWhereNoSessionIsToBeHad) {
  const struct {
    const char* name;
    http_outcome outcome;
    errc code;
    const char* says;
  } cases[] = {
    {"no credentials", answer(401), errc::unauthorized, "401"},
    {"no permission", error(403, "DENIED"), errc::unauthorized, "403 DENIED: as it is"},
    {"no such repository", error(404, "NAME_UNKNOWN"), errc::refused, "404 NAME_UNKNOWN"},
    {"read only", error(405, "UNSUPPORTED"), errc::refused, "405 UNSUPPORTED"},
    {"conflict", answer(409), errc::refused, "409 Conflict"},
    {"name refused", error(400, "NAME_INVALID"), errc::refused, "400 NAME_INVALID"},
    {"teapot", answer(418), errc::refused, "418"},
    {"created, but what?", answer(201), errc::refused, "201"},
    {"page of a proxy", answer(200, {}, "<html>"), errc::refused, "200"},
    {"redirect of a POST", answer(302, {{"Location", "/login"}}), errc::refused, "302"},
    {"no TLS", lost(errc::usage, false), errc::usage, "the connection was cut"},
    {"no HTTP", lost(errc::refused, false), errc::refused, "the connection was cut"},
    {"stopped", lost(errc::interrupted, false), errc::interrupted, "the connection was cut"},
    {"session without a Location", answer(202), errc::refused, "Location"},
    {"session at an odd Location", session("ftp://x/y"), errc::refused, "Location"},
    {"session off TLS", session("http://storage.example/u"), errc::refused, "Location"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    blob_upload opening{order(), target};
    as<blob_upload::send>(opening.begin());
    as<blob_upload::send>(opening.on_outcome(answer(405))); // it does not mount
    auto why = as<failure>(opening.on_outcome(c.outcome));
    EXPECT_EQ(why.code, c.code);
    EXPECT_THAT(why.message, HasSubstr(c.says));
    EXPECT_THAT(why.message, HasSubstr(id.brief()));
    EXPECT_THAT(why.message, HasSubstr("https://reg.example/models/llama"));
  }
}

// ---- misuse ----------------------------------------------------------------------------------

TEST_F(BlobUpload, SendsNoBodyWithoutASession) {
  EXPECT_EQ(as<failure>(upload.send_body()).code, errc::internal);
  as<blob_upload::send>(upload.begin());
  EXPECT_EQ(as<failure>(upload.send_body()).code, errc::internal);
  as<blob_upload::wait>(upload.on_outcome(answer(503)));
  EXPECT_EQ(as<failure>(upload.send_body()).code, errc::internal);
}

TEST_F(BlobUpload, SendsOneBodyASession) {
  send();
  EXPECT_EQ(as<failure>(upload.send_body()).code, errc::internal);
}

TEST_F(BlobUpload, DoesNothingMoreOnceItHasEnded) {
  const http_outcome ends[] = {answer(201), answer(403)};
  for (const auto& end : ends) {
    blob_upload ended{order(), target};
    as<blob_upload::send>(ended.begin());
    as<blob_upload::ready>(ended.on_outcome(session("/u/1")));
    as<blob_upload::send>(ended.send_body());
    auto last = ended.on_outcome(end);
    ASSERT_TRUE(std::holds_alternative<blob_upload::confirmed>(last)
                || std::holds_alternative<failure>(last));
    EXPECT_EQ(as<failure>(ended.on_outcome(answer(404))).code, errc::internal);
    EXPECT_EQ(as<failure>(ended.on_outcome(session("/u/2"))).code, errc::internal);
    EXPECT_EQ(as<failure>(ended.again()).code, errc::internal);
    EXPECT_EQ(as<failure>(ended.send_body()).code, errc::internal);
    EXPECT_EQ(as<failure>(ended.on_hash(id)).code, errc::internal);
  }
}

TEST(Confirmation, HasAWordForEachWay) {
  EXPECT_STREQ(to_string(confirmation::present), "present");
  EXPECT_STREQ(to_string(confirmation::mounted), "mounted");
  EXPECT_STREQ(to_string(confirmation::uploaded), "uploaded");
  EXPECT_STREQ(to_string(confirmation::resumed), "resumed");
}

} // namespace
} // namespace flotilla::protocol
