#include "tests/protocol/ollama_fixture.hpp"

// Into a session of Ollama's registry: in parts, or directly to its storage.

namespace flotilla::protocol {
namespace {

// ---- parts -----------------------------------------------------------------------------------

TEST_F(OllamaUpload, GoesInParts) {
  as<blob_upload::send>(large.begin());
  auto part = as<blob_upload::sum_part>(large.on_outcome(named("/u/1?k=v%2f"))).part;
  EXPECT_EQ(part.path, "/models/blob");
  EXPECT_EQ(part.offset, 0u);
  EXPECT_EQ(part.length, 104'857'600u);
  EXPECT_EQ(part.file_size, three_parts);
  as<blob_upload::ready>(large.on_sum(sum_of_a()));
  auto first = as<blob_upload::send>(large.send_body());
  EXPECT_TRUE(first.needs_slot);
  EXPECT_EQ(first.before, 0u);
  EXPECT_EQ(first.next.offset, 104'857'600u);
  EXPECT_EQ(first.request.verb, method::patch);
  EXPECT_EQ(first.request.url, session("1?k=v%2f"));
  EXPECT_EQ(first.request.fields.value("Content-Range"), "0-104857599");
  EXPECT_EQ(first.request.fields.value("Content-Type"), "application/octet-stream");
  EXPECT_EQ(first.request.fields.value("X-Redirect-Uploads"), "1");
  EXPECT_EQ(first.request.file.length, 104'857'600u);
  EXPECT_FALSE(first.request.follow_redirects);
  EXPECT_TRUE(first.request.authorize);

  part = as<blob_upload::sum_part>(large.on_outcome(named("/u/2"))).part;
  EXPECT_EQ(part.offset, 104'857'600u);
  as<blob_upload::ready>(large.on_sum(sum_of_b()));
  auto second = as<blob_upload::send>(large.send_body());
  EXPECT_EQ(second.before, 104'857'600u);
  EXPECT_EQ(second.next.length, 1u);
  EXPECT_EQ(second.request.url, session("2"));
  EXPECT_EQ(second.request.fields.value("Content-Range"), "104857600-209715199");
  EXPECT_EQ(second.request.file.offset, 104'857'600u);

  // The usual field will do, too.
  part = as<blob_upload::sum_part>(large.on_outcome(answer(200, {{"Location", "/u/3"}}))).part;
  EXPECT_EQ(part.length, 1u);
  as<blob_upload::ready>(large.on_sum(sum_of_c()));
  auto third = as<blob_upload::send>(large.send_body());
  EXPECT_EQ(third.before, 209'715'200u);
  EXPECT_TRUE(third.next.path.empty());
  EXPECT_EQ(third.request.fields.value("Content-Range"), "209715200-209715200");

  auto end = as<blob_upload::send>(large.on_outcome(named("/u/4?k=v")));
  EXPECT_FALSE(end.needs_slot);
  EXPECT_EQ(end.request.verb, method::put);
  EXPECT_EQ(end.request.body_length(), 0u);
  // printf a | openssl md5 -binary, and so on, through md5sum
  EXPECT_EQ(end.request.url,
            session("4?k=v&digest=") + id.to_string() + "&etag=4054c6f7787ecb7b323323155b0c0583-3");
  EXPECT_EQ(as<blob_upload::confirmed>(large.on_outcome(answer(200))).how, confirmation::uploaded);
}

TEST_F(OllamaUpload, OfNoBytesHasNoParts) {
  blob_upload empty{{id, 0, "/models/empty", {}}, target, true};
  as<blob_upload::send>(empty.begin());
  auto end = sent(empty.on_outcome(named("/u/1")));
  EXPECT_EQ(end.url,
            session("1?digest=") + id.to_string() + "&etag=d41d8cd98f00b204e9800998ecf8427e-0");
  as<blob_upload::confirmed>(empty.on_outcome(answer(201)));
}

TEST_F(OllamaUpload, SendsAPartWhereTheRegistrySendsIt) {
  open_and_send(large);
  as<blob_upload::ready>(large.on_outcome(sent_on("/u/2", "https://s3.example/a%2f/../b?sig=x")));
  auto put = as<blob_upload::send>(large.send_body());
  EXPECT_TRUE(put.needs_slot);
  EXPECT_EQ(put.before, 0u);
  EXPECT_EQ(put.request.verb, method::put);
  EXPECT_EQ(put.request.url, "https://s3.example/a%2f/../b?sig=x");
  EXPECT_FALSE(put.request.authorize);
  EXPECT_EQ(put.request.fields.size(), 1u); // Content-Type
  EXPECT_EQ(put.request.file.length, 104'857'600u);
  EXPECT_EQ(put.request.file.file_size, three_parts);
  as<blob_upload::sum_part>(large.on_outcome(stored(200)));
  as<blob_upload::ready>(large.on_sum(sum_of_b()));
  EXPECT_EQ(sent(large.send_body()).url, session("2"));
}

TEST_F(OllamaUpload, TakesThreeAnswersOfAStorageForStored) {
  for (int status : {200, 201, 202}) {
    blob_upload one{order(), target, true};
    open_and_send(one);
    as<blob_upload::ready>(one.on_outcome(sent_on("/u/2", "https://s3.example/p")));
    as<blob_upload::send>(one.send_body());
    EXPECT_EQ(sent(one.on_outcome(stored(status))).url,
              session("2?digest=") + id.to_string() + "&etag=b6ff9a06b7e20bcb2858c5b8ff744aea-1");
  }
}

TEST_F(OllamaUpload, TriesAPartAgainAndThenTheWholeBlob) {
  const struct {
    const char* name;
    http_outcome outcome;
    const char* reason;
  } cases[] = {
    {"408", answer(408), "408"},
    {"429", answer(429), "429"},
    {"500", answer(500), "500"},
    {"502", answer(502), "502"},
    {"503", answer(503), "503"},
    {"cut", lost(errc::unavailable, false), "network"},
    {"the answer was lost", lost(errc::unavailable, true), "network"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    blob_upload one{order(three_parts), target, true};
    open_and_send(one);
    as<blob_upload::sum_part>(one.on_outcome(named("/u/2")));
    as<blob_upload::ready>(one.on_sum(sum_of_b()));
    as<blob_upload::send>(one.send_body());
    for (int attempt = 1; attempt < 3; ++attempt) {
      EXPECT_EQ(as<blob_upload::wait>(one.on_outcome(c.outcome)).why.reason, c.reason);
      as<blob_upload::ready>(one.again());
      auto part = as<blob_upload::send>(one.send_body());
      EXPECT_EQ(part.request.url, session("2"));
      EXPECT_EQ(part.before, 104'857'600u);
    }
    EXPECT_EQ(as<blob_upload::wait>(one.on_outcome(c.outcome)).why.reason, c.reason);
    EXPECT_EQ(sent(one.again()).url, announced());
    EXPECT_EQ(as<blob_upload::sum_part>(one.on_outcome(named("/u/9"))).part.offset, 0u);
  }
}

TEST_F(OllamaUpload, CountsNoAttemptThatReachedNobody) {
  const http_outcome unreached{
    no_response{{errc::unavailable, "connection refused", {}}, 0, false}};
  open_and_send(small);
  for (int attempt = 1; attempt < 20; ++attempt) {
    as<blob_upload::wait>(small.on_outcome(unreached));
    as<blob_upload::ready>(small.again());
    EXPECT_EQ(sent(small.send_body()).url, session("1"));
  }
  sent(small.on_outcome(named("/u/2")));
}

TEST_F(OllamaUpload, AsksTheRegistryAgainAfterTroubleWithItsStorage) {
  for (const auto& outcome :
       {stored(500), stored(503), stored(429), stored(400), stored(401), stored(403), stored(404),
        stored(409), stored(410), lost(errc::unavailable, true)}) {
    blob_upload one{order(), target, true};
    open_and_send(one);
    as<blob_upload::ready>(one.on_outcome(sent_on("/u/2", "https://s3.example/p?sig=old")));
    as<blob_upload::send>(one.send_body());
    auto wait = as<blob_upload::wait>(one.on_outcome(outcome));
    EXPECT_THAT(wait.why.detail, HasSubstr("storage"));
    EXPECT_THAT(wait.why.detail, Not(HasSubstr("secret")));
    EXPECT_EQ(wait.kept, 0u);
    as<blob_upload::ready>(one.again());
    auto patch = sent(one.send_body());
    EXPECT_EQ(patch.verb, method::patch);
    EXPECT_EQ(patch.url, session("1"));
    as<blob_upload::ready>(one.on_outcome(sent_on("/u/2", "https://s3.example/p?sig=new")));
    EXPECT_EQ(sent(one.send_body()).url, "https://s3.example/p?sig=new");
  }
}

TEST_F(OllamaUpload, WaitsAsLongAsItsStorageSays) {
  open_and_send(small);
  as<blob_upload::ready>(small.on_outcome(sent_on("/u/2", "https://s3.example/p")));
  as<blob_upload::send>(small.send_body());
  EXPECT_EQ(as<blob_upload::wait>(small.on_outcome(stored(503))).why.retry_after, "5");
}

TEST_F(OllamaUpload, KeepsThePartsThatAreStored) {
  open_and_send(large);
  as<blob_upload::sum_part>(large.on_outcome(named("/u/2")));
  as<blob_upload::ready>(large.on_sum(sum_of_b()));
  as<blob_upload::send>(large.send_body());
  as<blob_upload::ready>(large.on_outcome(sent_on("/u/3", "https://s3.example/p?sig=old")));
  as<blob_upload::send>(large.send_body());
  EXPECT_EQ(as<blob_upload::wait>(large.on_outcome(stored(403))).kept, 104'857'600u);
  as<blob_upload::ready>(large.again());
  auto part = as<blob_upload::send>(large.send_body());
  EXPECT_EQ(part.request.url, session("2"));
  EXPECT_EQ(part.request.fields.value("Content-Range"), "104857600-209715199");
}

TEST_F(OllamaUpload, AsksAgainWhereAPartIsSentOnToNowhere) {
  const http_outcome outcomes[]
    = {answer(307, {{"Location", "https://s3.example/p"}}), named("/u/2", 307), answer(307)};
  for (const auto& outcome : outcomes) {
    blob_upload one{order(), target, true};
    open_and_send(one);
    EXPECT_EQ(as<blob_upload::wait>(one.on_outcome(outcome)).why.reason, "session-lost");
    as<blob_upload::ready>(one.again());
    EXPECT_EQ(sent(one.send_body()).url, session("1"));
  }
}

TEST_F(OllamaUpload, BeginsAnewWhereItsSessionIsLost) {
  const struct {
    const char* name;
    http_outcome to_patch;
    std::optional<http_outcome> to_storage;
    const char* says;
  } cases[] = {
    {"404", answer(404), {}, "404"},
    {"416", answer(416), {}, "416"},
    {"unknown", error(400, "BLOB_UPLOAD_UNKNOWN"), {}, "BLOB_UPLOAD_UNKNOWN"},
    {"no next session", answer(202), {}, "no next session"},
    {"200 with nothing", answer(200), {}, "no next session"},
    {"204 with a blank", answer(204, {{"Location", " "}}), {}, "no next session"},
    {"400", answer(400), {}, "400"},
    {"409", answer(409), {}, "409"},
    {"storage 204", sent_on("/u/2", "https://s3.example/p"), stored(204), "204"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    blob_upload one{order(), target, true};
    open_and_send(one);
    auto wait = as<blob_upload::wait>(after(one, c.to_patch, c.to_storage));
    EXPECT_EQ(wait.why.reason, "session-lost");
    EXPECT_THAT(wait.why.detail, HasSubstr(c.says));
    EXPECT_THAT(wait.why.detail, Not(HasSubstr("secret")));
    EXPECT_EQ(sent(one.again()).url, announced());
  }
}

TEST_F(OllamaUpload, EndsWhereAPartIsRefused) {
  const struct {
    const char* name;
    http_outcome to_patch;
    std::optional<http_outcome> to_storage;
    errc code;
    const char* says;
  } cases[] = {
    {"401", answer(401), {}, errc::unauthorized, "401"},
    {"403", error(403, "DENIED"), {}, errc::unauthorized, "403 DENIED"},
    {"413", answer(413), {}, errc::refused, "413"},
    {"301", answer(301, {{"Location", "/x"}}), {}, errc::refused, "301"},
    {"303", answer(303, {{"Location", "/x"}}), {}, errc::refused, "303"},
    {"the file is gone", lost(errc::source_invalid, false), {}, errc::source_invalid, "cut"},
    {"stopped", lost(errc::interrupted, true), {}, errc::interrupted, "cut"},
    {"next session off TLS", named("http://other.example/u"), {}, errc::refused, "https to http"},
    {"307 to a session off TLS",
     sent_on("http://other.example/u", "https://s3.example/p"),
     {},
     errc::refused,
     "https to http"},
    {"307 off TLS",
     sent_on("/u/2", "http://s3.example/p?sig=secret"),
     {},
     errc::refused,
     "https to http"},
    {"307 to another scheme",
     sent_on("/u/2", "ftp://s3.example/p?sig=secret"),
     {},
     errc::refused,
     "Location"},
    {"storage 411", sent_on("/u/2", "https://s3.example/p"), stored(411), errc::refused, "411"},
    {"storage 413", sent_on("/u/2", "https://s3.example/p"), stored(413), errc::refused, "413"},
    {"storage 302", sent_on("/u/2", "https://s3.example/p"), stored(302), errc::refused, "302"},
    {"storage 501", sent_on("/u/2", "https://s3.example/p"), stored(501), errc::refused, "501"},
    {"storage, stopped", sent_on("/u/2", "https://s3.example/p"), lost(errc::interrupted, false),
     errc::interrupted, "cut"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    blob_upload one{order(), target, true};
    open_and_send(one);
    auto why = as<failure>(after(one, c.to_patch, c.to_storage));
    EXPECT_EQ(why.code, c.code);
    EXPECT_THAT(why.message, HasSubstr(c.says));
    EXPECT_THAT(why.message, HasSubstr(id.brief()));
    EXPECT_THAT(why.message, Not(HasSubstr("secret")));
    EXPECT_EQ(as<failure>(one.on_outcome(named("/u/3"))).code, errc::internal);
  }
}

TEST_F(OllamaUpload, EndsWhereAPartCannotBeRead) {
  as<blob_upload::send>(small.begin());
  as<blob_upload::sum_part>(small.on_outcome(named("/u/1")));
  auto why = as<failure>(small.on_sum(failure{errc::source_invalid, "it is gone", {}}));
  EXPECT_EQ(why.code, errc::source_invalid);
  EXPECT_EQ(why.message, "it is gone");
}

TEST_F(OllamaUpload, IsNotBegunAnewForEver) {
  const http_outcome outcomes[] = {answer(202), answer(404), answer(409)};
  for (const auto& outcome : outcomes) {
    blob_upload one{order(), target, true};
    open_and_send(one);
    int sessions = 1;
    auto next = one.on_outcome(outcome);
    for (; std::holds_alternative<blob_upload::wait>(next) && sessions < 50; ++sessions) {
      as<blob_upload::send>(one.again());
      as<blob_upload::sum_part>(one.on_outcome(named("/u/" + std::to_string(sessions))));
      as<blob_upload::ready>(one.on_sum(sum_of_a()));
      as<blob_upload::send>(one.send_body());
      next = one.on_outcome(outcome);
    }
    EXPECT_EQ(sessions, 6);
    EXPECT_EQ(as<failure>(std::move(next)).code, errc::refused);
  }
}

TEST_F(OllamaUpload, AnswersNothingThatItDidNotAsk) {
  as<blob_upload::send>(small.begin());
  EXPECT_EQ(as<failure>(small.on_sum(sum_of_a())).code, errc::internal);
  as<blob_upload::sum_part>(small.on_outcome(named("/u/1")));
  EXPECT_EQ(as<failure>(small.send_body()).code, errc::internal);
  EXPECT_EQ(as<failure>(small.again()).code, errc::internal);
  as<blob_upload::ready>(small.on_sum(sum_of_a()));
  EXPECT_EQ(as<failure>(small.again()).code, errc::internal);
  as<blob_upload::send>(small.send_body());
  EXPECT_EQ(as<failure>(small.send_body()).code, errc::internal);
  as<blob_upload::send>(small.on_outcome(named("/u/2")));
  as<blob_upload::confirmed>(small.on_outcome(answer(201)));
  EXPECT_EQ(as<failure>(small.on_sum(sum_of_a())).code, errc::internal);
}

} // namespace
} // namespace flotilla::protocol
