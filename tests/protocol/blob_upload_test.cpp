#include "protocol/blob_upload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <type_traits>

namespace flotilla::protocol {
namespace {

using testing::HasSubstr;
using testing::Not;

const digest id = digest::of("a blob");
const digest other = digest::of("another blob");
const endpoint target{*parse_url("https://reg.example"), "models/llama"};
const std::string uploads = "https://reg.example/v2/models/llama/blobs/uploads/";

http_outcome answer(int status, header_fields fields = {}, std::string body = {}) {
  return {http_response{status, std::move(fields), std::move(body), uploads}};
}

http_outcome session(const std::string& location) {
  return answer(202, {{"Location", location}});
}

http_outcome mounted() {
  return answer(201, {{"Location", "/v2/models/llama/blobs/" + id.to_string()}});
}

http_outcome error(int status, const std::string& code) {
  return answer(status, {}, R"({"errors":[{"code":")" + code + R"(","message":"as it is"}]})");
}

http_outcome lost(errc code, bool body_complete) {
  return {no_response{{code, "the connection was cut", "look there"}, 3, body_complete}};
}

template <class T>
T as(blob_upload::step step) {
  if (auto* why = std::get_if<failure>(&step); why != nullptr && !std::is_same_v<T, failure>)
    ADD_FAILURE() << to_string(why->code) << ": " << why->message;
  auto* found = std::get_if<T>(&step);
  EXPECT_NE(found, nullptr) << "another step, number " << step.index();
  return found == nullptr ? T{} : std::move(*found);
}

http_request sent(blob_upload::step step) {
  return as<blob_upload::send>(std::move(step)).request;
}

/// An upload of six bytes, and the ways to a certain point of its life.
class BlobUpload : public testing::Test {
protected:
  static blob_order order(std::string mount_from = {}) {
    return {id, 6, "/models/blob", std::move(mount_from)};
  }

  /// Its body is on the wire, in a session of that Location.
  void send(const std::string& location = "/u/1") {
    as<blob_upload::send>(upload.begin());
    as<blob_upload::ready>(upload.on_outcome(session(location)));
    as<blob_upload::send>(upload.send_body());
  }

  /// A new session is asked for and given; the next body is sent. @returns where it went
  std::string send_again(blob_upload::step next, const std::string& location) {
    auto post = sent(std::move(next));
    EXPECT_EQ(post.verb, method::post);
    EXPECT_EQ(post.url, uploads);
    as<blob_upload::ready>(upload.on_outcome(session(location)));
    return sent(upload.send_body()).url;
  }

  blob_upload upload{order(), target};
};

// ---- opening ---------------------------------------------------------------------------------

TEST_F(BlobUpload, BeginsWithAMountFromItsSource) {
  blob_upload mounting{order("library/base"), target};
  auto first = as<blob_upload::send>(mounting.begin());
  EXPECT_FALSE(first.whole_blob);
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
  EXPECT_TRUE(body.whole_blob);
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
    EXPECT_TRUE(put.whole_blob);
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
    EXPECT_FALSE(head.whole_blob);
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
