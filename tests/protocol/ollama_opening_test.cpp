#include "tests/protocol/ollama_fixture.hpp"

// How Ollama's registry is recognised, and how an upload to it begins.

namespace flotilla::protocol {
namespace {

TEST_F(OllamaUpload, IsChosenByTheFieldThatNamesTheSession) {
  const struct {
    const char* name;
    header_fields fields;
    bool ollama;
  } cases[] = {
    {"its own", {{"Docker-Upload-Location", "/u/1"}}, true},
    {"both", {{"Docker-Upload-Location", "/u/1"}, {"Location", "/u/2"}}, true},
    {"the usual one", {{"Location", "/u/1"}}, false},
    {"the usual one, and a number", {{"Location", "/u/1"}, {"Docker-Upload-UUID", "1"}}, false},
    {"the usual one, and a blank", {{"Location", "/u/1"}, {"Docker-Upload-Location", ""}}, false},
    {"a direct URL that nobody asked for",
     {{"Location", "/u/1"}, {"X-Direct-Upload-URL", "https://s3.example/p"}},
     false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    blob_upload mounting{order(), target};
    as<blob_upload::send>(mounting.begin());
    EXPECT_FALSE(mounting.speaks_ollama());
    auto next = mounting.on_outcome(answer(202, c.fields));
    blob_upload opening{order(), target};
    as<blob_upload::send>(opening.begin());
    as<blob_upload::send>(opening.on_outcome(answer(405)));
    auto other_next = opening.on_outcome(answer(202, c.fields));
    for (auto* step : {&next, &other_next})
      if (c.ollama)
        as<blob_upload::sum_part>(std::move(*step));
      else
        as<blob_upload::ready>(std::move(*step));
    EXPECT_EQ(mounting.speaks_ollama(), c.ollama);
    EXPECT_EQ(opening.speaks_ollama(), c.ollama);
  }
}

TEST_F(OllamaUpload, TakesAnOrdinarySessionWholeEvenThere) {
  blob_upload one{{id, 6, "/models/blob", "library/base"}, target, true};
  as<blob_upload::send>(one.begin());
  as<blob_upload::ready>(one.on_outcome(answer(202, {{"Location", "/u/1"}})));
  EXPECT_EQ(sent(one.send_body()).url, session("1?digest=") + id.to_string());
}

TEST_F(OllamaUpload, NeverAnnouncesToAnotherRegistry) {
  blob_upload one{order(), target};
  auto next = one.begin();
  for (int i = 0; i < 40; ++i) {
    if (auto* send = std::get_if<blob_upload::send>(&next)) {
      const auto& request = send->request;
      EXPECT_FALSE(request.verb == method::post
                   && request.url.find("digest=") != std::string::npos);
      const http_outcome answers[]
        = {answer(405), answer(202, {{"Location", "/u/1"}}), answer(404), answer(503)};
      next = one.on_outcome(answers[i % 4]);
    } else if (std::holds_alternative<blob_upload::ready>(next)) {
      next = one.send_body();
    } else if (std::holds_alternative<blob_upload::wait>(next)) {
      next = one.again();
    } else {
      break;
    }
  }
}

TEST_F(OllamaUpload, BeginsWithAnAnnouncement) {
  auto first = as<blob_upload::send>(small.begin());
  EXPECT_FALSE(first.needs_slot);
  EXPECT_EQ(first.request.verb, method::post);
  EXPECT_EQ(first.request.url, announced());
  EXPECT_EQ(first.request.body_length(), 0u);
  EXPECT_EQ(first.request.fields.value("X-Redirect-Uploads"), "2");
  EXPECT_EQ(first.request.fields.value("X-Content-Length"), "6");
}

TEST_F(OllamaUpload, TriesARealMountFirst) {
  blob_upload one{{id, 6, "/models/blob", "library/base"}, target, true};
  EXPECT_EQ(sent(one.begin()).url, uploads + "?mount=" + id.to_string() + "&from=library/base");
  EXPECT_EQ(sent(one.on_outcome(answer(404))).url, announced());
  EXPECT_TRUE(one.mount_refused());
}

TEST_F(OllamaUpload, IsPresentWhereTheAnnouncementIsAnsweredSo) {
  for (const auto& outcome :
       {answer(201), answer(201, {{"Docker-Content-Digest", id.to_string()}})}) {
    blob_upload one{order(), target, true};
    as<blob_upload::send>(one.begin());
    EXPECT_EQ(as<blob_upload::confirmed>(one.on_outcome(outcome)).how, confirmation::present);
  }
}

TEST_F(OllamaUpload, TakesTheUsualFieldOfAnAnnouncement) {
  as<blob_upload::send>(small.begin());
  as<blob_upload::sum_part>(small.on_outcome(answer(202, {{"Location", "/u/1"}})));
  as<blob_upload::ready>(small.on_sum(sum_of_a()));
  EXPECT_EQ(sent(small.send_body()).url, session("1"));
}

TEST_F(OllamaUpload, AnnouncesAgainWhereNothingUsableIsAnswered) {
  const struct {
    const char* name;
    http_outcome outcome;
    const char* reason;
  } cases[] = {
    {"no session", answer(202), "session-lost"},
    {"a storage and no session",
     answer(202, {{"X-Direct-Upload-URL", "https://s3.example/p?sig=x"}}), "session-lost"},
    {"429", answer(429), "429"},
    {"500", answer(500), "500"},
    {"503", answer(503), "503"},
    {"cut", lost(errc::unavailable, true), "network"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    blob_upload one{order(), target, true};
    as<blob_upload::send>(one.begin());
    for (unsigned attempt = 1; attempt <= 12; ++attempt) { // the push's retry budget ends it
      auto wait = as<blob_upload::wait>(one.on_outcome(c.outcome));
      EXPECT_EQ(wait.attempt, attempt);
      EXPECT_EQ(wait.why.reason, c.reason);
      EXPECT_EQ(sent(one.again()).url, announced());
    }
  }
}

TEST_F(OllamaUpload, OpensAPlainSessionWhereAnnouncementsAreRefused) {
  for (int status : {400, 404, 405, 409, 411, 413, 415, 422, 501}) {
    SCOPED_TRACE(status);
    blob_upload one{order(), target, true};
    as<blob_upload::send>(one.begin());
    EXPECT_EQ(sent(one.on_outcome(answer(status))).url, uploads);
    as<blob_upload::sum_part>(one.on_outcome(named("/u/1")));
    as<blob_upload::ready>(one.on_sum(sum_of_a()));
    as<blob_upload::send>(one.send_body());
    as<blob_upload::wait>(one.on_outcome(answer(404)));
    EXPECT_EQ(sent(one.again()).url, uploads); // and not announced again
  }
}

TEST_F(OllamaUpload, EndsWhereAnAnnouncementIsAnsweredBadly) {
  const struct {
    const char* name;
    http_outcome outcome;
    errc code;
    const char* says;
  } cases[] = {
    {"401", answer(401), errc::unauthorized, "401"},
    {"403", error(403, "DENIED"), errc::unauthorized, "403 DENIED"},
    {"200", answer(200), errc::refused, "200"},
    {"302", answer(302, {{"Location", "/login"}}), errc::refused, "302"},
    {"another blob", answer(201, {{"Docker-Content-Digest", other.to_string()}}), errc::refused,
     "201"},
    {"no HTTP", lost(errc::refused, false), errc::refused, "cut"},
    {"stopped", lost(errc::interrupted, false), errc::interrupted, "cut"},
    {"session at an odd place", named("ftp://x/y"), errc::refused, "Docker-Upload-Location"},
    {"session off TLS", named("http://up.example/u"), errc::refused, "https to http"},
    {"storage off TLS",
     answer(202, {{"Location", "/u"}, {"X-Direct-Upload-URL", "http://s3.example/p?sig=secret"}}),
     errc::refused, "https to http"},
    {"storage in our own network",
     answer(202, {{"Location", "/u"}, {"X-Direct-Upload-URL", "https://10.0.0.1/p?sig=secret"}}),
     errc::refused, "X-Direct-Upload-URL"},
    {"signed fields that split the request",
     answer(202, {{"Location", "/u"},
                  {"X-Direct-Upload-URL", "https://s3.example/p?sig=secret"},
                  {"X-Signed-Header-A", "b\r\nsecret: c"}}),
     errc::refused, "signed headers"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    blob_upload one{order(), target, true};
    as<blob_upload::send>(one.begin());
    auto why = as<failure>(one.on_outcome(c.outcome));
    EXPECT_EQ(why.code, c.code);
    EXPECT_THAT(why.message, HasSubstr(c.says));
    EXPECT_THAT(why.message, HasSubstr(id.brief()));
    EXPECT_THAT(why.message, Not(HasSubstr("secret")));
    EXPECT_EQ(as<failure>(one.again()).code, errc::internal);
  }
}

} // namespace
} // namespace flotilla::protocol
