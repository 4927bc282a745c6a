#include "protocol/verdict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace flotilla::protocol {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const endpoint at{*parse_url("https://reg.example:5000"), "models/llama"};
const digest id = digest::of("{}");
const digest other = digest::of("{ }");

http_outcome answer(int status, header_fields fields = {}, std::string body = {}) {
  return {http_response{status, std::move(fields), std::move(body), {}}};
}

http_outcome none(errc code) {
  return {no_response{{code, "nobody listens", "start it"}, 0, false}};
}

/// What a verdict comes to: `value`, `again: <reason>` or `<errc>`.
template <class Verdict>
std::string gist(const Verdict& verdict) {
  if (auto* again = std::get_if<try_again>(&verdict))
    return "again: " + again->reason;
  if (auto* why = std::get_if<failure>(&verdict))
    return to_string(why->code);
  return "value";
}

std::string presence_gist(const verdict<presence>& verdict) {
  if (auto* found = std::get_if<presence>(&verdict))
    return *found == presence::present ? "present" : "absent";
  return gist(verdict);
}

TEST(Setback, GivesEachOutcomeItsReaction) {
  const struct {
    const char* name;
    http_outcome outcome;
    const char* gist;
  } cases[] = {
    {"network", none(errc::unavailable), "again: network"},
    {"time-out", answer(408), "again: 408"},
    {"too early", answer(425), "again: 425"},
    {"too many", answer(429), "again: 429"},
    {"internal error", answer(500), "again: 500"},
    {"bad gateway", answer(502), "again: 502"},
    {"Cloudflare", answer(524), "again: 524"},
    {"TLS", none(errc::usage), "usage"},
    {"not HTTP", none(errc::refused), "refused"},
    {"file", none(errc::source_invalid), "source_invalid"},
    {"stopped", none(errc::interrupted), "interrupted"},
    {"no credentials", answer(401), "unauthorized"},
    {"no permission", answer(403), "unauthorized"},
    {"bad request", answer(400), "refused"},
    {"not there", answer(404), "refused"},
    {"read only", answer(405), "refused"},
    {"conflict", answer(409), "refused"},
    {"precondition", answer(412), "refused"},
    {"too large", answer(413), "refused"},
    {"not implemented", answer(501), "refused"},
    {"HTTP version", answer(505), "refused"},
    {"success of the wrong kind", answer(200), "refused"},
    {"redirect", answer(307), "refused"},
    {"no status at all", answer(0), "refused"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(gist(setback(c.outcome, "doing it")), c.gist);
  }
}

TEST(Setback, SaysWhatWasAskedWhatCameBackAndTheWayOut) {
  auto why = std::get<failure>(setback(
    answer(403, {}, R"({"errors":[{"code":"DENIED","message":"quota exceeded"}]})"), "doing it"));
  EXPECT_EQ(why.message, "doing it: the registry answered 403 DENIED: quota exceeded");
  EXPECT_THAT(why.hint, HasSubstr("quota"));
  why = std::get<failure>(setback(none(errc::usage), "doing it"));
  EXPECT_EQ(why.message, "doing it: nobody listens");
  EXPECT_EQ(why.hint, "start it");
  auto again = std::get<try_again>(setback(none(errc::unavailable), "doing it"));
  EXPECT_EQ(again.detail, "doing it: nobody listens");
}

TEST(Setback, KeepsRetryAfter) {
  auto again = std::get<try_again>(setback(answer(429, {{"retry-after", "30"}}), "doing it"));
  EXPECT_EQ(again.retry_after, "30");
  EXPECT_EQ(std::get<try_again>(setback(answer(503), "doing it")).retry_after, "");
}

TEST(Setback, IsThatOfATokenServerWhereOneWasInTrouble) {
  const no_response trouble{
    {errc::unavailable, "getting a token: answered 429", {}}, 0, false, "429", "30"};
  auto again = std::get<try_again>(setback({trouble}, "doing it"));
  EXPECT_EQ(again.reason, "429");
  EXPECT_EQ(again.retry_after, "30");
  EXPECT_EQ(again.detail, "doing it: getting a token: answered 429");
}

TEST(Setback, NamesTheRealmOfAFinal401AndNoSecretOfIt) {
  const auto why = [](const char* challenge) {
    return std::get<failure>(setback(answer(401, {{"WWW-Authenticate", challenge}}), "pushing"))
      .message;
  };
  EXPECT_THAT(
    why(R"(Bearer realm="https://auth.example/token?key=hush",service="s")"),
    AllOf(HasSubstr("bearer"), HasSubstr("https://auth.example/token"), Not(HasSubstr("hush"))));
  EXPECT_THAT(why(R"(Basic realm="Staff only")"), HasSubstr("basic authorization of realm Staff"));
  EXPECT_THAT(why("Basic realm=\"a\x1b[2Jb\""), Not(HasSubstr("\x1b")));
  EXPECT_THAT(why("Negotiate"), Not(HasSubstr("realm")));
}

TEST(Setback, ShowsNoControlCharactersOfAnAnswer) {
  const std::string evil = R"({"errors":[{"code":"\u001b]0;x","message":"\u001b[2J\u0007"}]})";
  for (int status : {400, 503}) {
    auto verdict = setback(answer(status, {}, evil), "doing it");
    auto text
      = status == 400 ? std::get<failure>(verdict).message : std::get<try_again>(verdict).detail;
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(text, Not(HasSubstr("\x07")));
  }
}

TEST(BlobHead, IsPresentOnlyWithTheRightSize) {
  const struct {
    const char* name;
    http_outcome outcome;
    const char* gist;
  } cases[] = {
    {"right size", answer(200, {{"Content-Length", "2"}}), "present"},
    {"no size, and our digest", answer(200, {{"Docker-Content-Digest", id.to_string()}}),
     "present"},
    {"no size, and nothing else", answer(200), "absent"},
    {"a size that is no number", answer(200, {{"Content-Length", "2x"}}), "absent"},
    {"a size beyond all numbers", answer(200, {{"Content-Length", "99999999999999999999999"}}),
     "absent"},
    {"right size of another blob",
     answer(200, {{"Content-Length", "2"}, {"Docker-Content-Digest", other.to_string()}}),
     "absent"},
    {"short", answer(200, {{"Content-Length", "1"}}), "absent"},
    {"long", answer(200, {{"Content-Length", "3"}}), "absent"},
    {"empty", answer(200, {{"Content-Length", "0"}}), "absent"},
    {"not there", answer(404), "absent"},
    {"gone", answer(410), "absent"},
    {"unknown: overload", answer(503), "again: 503"},
    {"unknown: too many", answer(429), "again: 429"},
    {"unknown: network", none(errc::unavailable), "again: network"},
    {"no content", answer(204), "refused"},
    {"no permission", answer(403), "unauthorized"},
    {"no credentials", answer(401), "unauthorized"},
    {"read only", answer(405), "refused"},
    {"redirect", answer(307), "refused"},
    {"bad request", answer(400), "refused"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(presence_gist(judge_blob_head(c.outcome, at, id, 2)), c.gist);
  }
}

TEST(BlobHead, NamesTheBlobAndTheRepository) {
  auto why = std::get<failure>(judge_blob_head(answer(403), at, id, 2));
  EXPECT_THAT(why.message, HasSubstr("https://reg.example:5000/models/llama"));
  EXPECT_THAT(why.message, HasSubstr(id.brief()));
}

TEST(Probe, TellsARegistryFromWhatIsNone) {
  const struct {
    const char* name;
    http_outcome outcome;
    const char* gist;
  } cases[] = {
    {"a registry", answer(200), "value"},
    {"overload", answer(503), "again: 503"},
    {"network", none(errc::unavailable), "again: network"},
    {"wrong password", answer(401), "unauthorized"},
    {"forbidden", answer(403), "unauthorized"},
    {"no TLS", none(errc::usage), "usage"},
    {"another server", answer(404, {}, "<html>"), "refused"},
    {"created", answer(201), "refused"},
    {"redirect of a web site", answer(302), "refused"},
    {"not allowed", answer(405), "refused"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(gist(judge_probe(c.outcome, at)), c.gist);
  }
}

TEST(Probe, ExplainsAPlainRequestToATlsPort) {
  const endpoint plain{*parse_url("http://127.0.0.1:5000"), "m"};
  const char* bodies[] = {
    "Client sent an HTTP request to an HTTPS server.\n",                            // Go
    "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title>", // nginx
  };
  for (const char* body : bodies) {
    auto why = std::get<failure>(judge_probe(answer(400, {}, body), plain));
    EXPECT_EQ(why.code, errc::usage);
    EXPECT_THAT(why.message, HasSubstr("TLS"));
    EXPECT_THAT(why.hint, HasSubstr("--plain-http"));
    EXPECT_EQ(std::get<failure>(judge_probe(answer(400, {}, body), at)).code, errc::refused);
  }
  EXPECT_EQ(std::get<failure>(judge_probe(answer(400, {}, "no"), plain)).code, errc::refused);
}

TEST(ManifestHead, IsPresentOnlyUnderItsDigest) {
  const struct {
    const char* name;
    http_outcome outcome;
    const char* gist;
  } cases[] = {
    {"the same", answer(200, {{"Docker-Content-Digest", id.to_string()}}), "present"},
    {"another", answer(200, {{"Docker-Content-Digest", other.to_string()}}), "absent"},
    {"not named", answer(200), "absent"},
    {"named oddly", answer(200, {{"Docker-Content-Digest", "sha256:xyz"}}), "absent"},
    {"not there", answer(404), "absent"},
    {"gone", answer(410), "absent"},
    {"overload", answer(500), "again: 500"},
    {"network", none(errc::unavailable), "again: network"},
    {"no permission", answer(403), "unauthorized"},
    {"another success", answer(203), "refused"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(presence_gist(judge_manifest_head(c.outcome, at, "v1", id)), c.gist);
  }
}

TEST(ManifestPut, IsDoneWhenTheRegistrySaysThatItIsStored) {
  const struct {
    const char* name;
    http_outcome outcome;
    const char* gist;
  } cases[] = {
    {"created", answer(201), "value"},
    {"created, and named", answer(201, {{"Docker-Content-Digest", id.to_string()}}), "value"},
    {"200, and named", answer(200, {{"Docker-Content-Digest", id.to_string()}}), "value"},
    {"200 of whoever", answer(200, {}, "<html>welcome</html>"), "refused"},
    {"accepted, and that is all", answer(202), "refused"},
    {"nothing to say", answer(204), "refused"},
    {"rewritten", answer(201, {{"Docker-Content-Digest", other.to_string()}}), "refused"},
    {"invalid", answer(400), "refused"},
    {"no permission", answer(403), "unauthorized"},
    {"no repository", answer(404), "refused"},
    {"immutable", answer(409), "refused"},
    {"immutable, otherwise", answer(412), "refused"},
    {"overload", answer(503), "again: 503"},
    {"too many", answer(429), "again: 429"},
    {"network", none(errc::unavailable), "again: network"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(gist(judge_manifest_put(c.outcome, at, "v1", id)), c.gist);
  }
  auto why = std::get<failure>(judge_manifest_put(answer(409), at, "v1", id));
  EXPECT_THAT(why.message, HasSubstr("v1"));
  EXPECT_THAT(why.hint, HasSubstr("immutable"));
}

TEST(ManifestGet, IsDoneOnlyWithTheVeryBytes) {
  const struct {
    const char* name;
    http_outcome outcome;
    const char* gist;
  } cases[] = {
    {"the same", answer(200, {}, "{}"), "value"},
    {"the same, whatever its header says",
     answer(200, {{"Docker-Content-Digest", other.to_string()}}, "{}"), "value"},
    {"another, whatever its header says",
     answer(200, {{"Docker-Content-Digest", id.to_string()}}, "{ }"), "differs"},
    {"empty", answer(200), "differs"},
    {"not there", answer(404), "differs"},
    {"gone", answer(410), "differs"},
    {"overload", answer(502), "again: 502"},
    {"network", none(errc::unavailable), "again: network"},
    {"no permission", answer(403), "unauthorized"},
    {"another success", answer(204), "refused"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(gist(judge_manifest_get(c.outcome, at, "v1", id)), c.gist);
  }
}

} // namespace
} // namespace flotilla::protocol
