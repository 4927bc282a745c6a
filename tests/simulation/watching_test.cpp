#include "tests/simulation/internet.hpp"
#include "tests/simulation/model.hpp"
#include "tests/simulation/watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Each invariant is seen to break where it is broken.

namespace flotilla::simulation {
namespace {

using protocol::http_request;
using protocol::method;
using testing::HasSubstr;
using testing::IsNull;
using testing::NotNull;

const std::string blob = protocol::digest::of("a blob").to_string();
const std::string other = protocol::digest::of("another").to_string();
constexpr std::uint64_t size = 1'000;

/// A registry that a process called `n` talks to.
class Watching : public ::testing::Test {
protected:
  explicit Watching(habits ways = {}) : at(on, ways, [](const std::string&) { return size; }) {
  }
  ~Watching() override {
    on.end();
  }

  std::string invariant() const {
    return on.broken() == nullptr ? "" : on.broken()->invariant;
  }
  std::string open() {
    const auto opened = at.handle({method::post, base + "blobs/uploads/", {}, {}, {}}, "n");
    return std::string{opened.fields.value("location")};
  }
  static http_request chunk(const std::string& to, std::uint64_t offset, std::uint64_t length,
                            const std::string& digest = blob) {
    return {method::patch, to, {}, {}, {"/m/" + digest.substr(7), offset, length, size}};
  }
  /// All of a body, and what it is answered with.
  protocol::http_response send(const http_request& request, bool right = true) {
    if (auto refused = at.admit(request, "n"))
      return *refused;
    at.take(request, 0, request.file.length, right);
    return at.end(request);
  }
  protocol::http_response close(const std::string& to, const std::string& digest = blob) {
    return at.handle({method::put, to + "&digest=" + digest, {}, {}, {}}, "n");
  }
  protocol::http_response put_manifest(const std::string& names) {
    return at.handle({method::put, base + "manifests/v1", {}, "{\"" + names + "\"}", {}}, "n");
  }

  const std::string base = "https://registry.sim/v2/team/model/";
  stage on{1, 0};
  registry at;
};

class WatchingAStrictOne : public Watching {
protected:
  static habits strict() {
    habits ways;
    ways.strict_state = true;
    return ways;
  }
  WatchingAStrictOne() : Watching(strict()) {
  }
};

TEST_F(Watching, TakesABlobInChunks) {
  auto to = open();
  for (std::uint64_t offset : {0U, 400U, 800U}) {
    const auto taken = send(chunk(to, offset, std::min<std::uint64_t>(400, size - offset)));
    EXPECT_EQ(taken.status, 202);
    to = std::string{taken.fields.value("location")};
  }
  EXPECT_EQ(close(to).status, 201);
  EXPECT_TRUE(at.has(blob, size));
  EXPECT_THAT(on.broken(), IsNull());
}

TEST_F(Watching, SeesALocationThatIsUsedAgain) {
  const auto to = open();
  send(chunk(to, 0, 400));
  EXPECT_EQ(send(chunk(to, 400, 400)).status, 416);
  EXPECT_EQ(invariant(), "newest-location");
}

TEST_F(Watching, LetsOneAskWithALocationThatIsBehind) {
  const auto to = open();
  at.take(chunk(to, 0, 400), 0, 100, true); // and there it broke off
  const auto told = at.handle({method::get, to, {}, {}, {}}, "n");
  EXPECT_EQ(told.status, 204);
  EXPECT_EQ(told.fields.value("range"), "0-99");
  EXPECT_THAT(on.broken(), IsNull());
}

TEST_F(WatchingAStrictOne, EndsASessionWhoseLocationIsBehind) {
  const auto to = open();
  at.take(chunk(to, 0, 400), 0, 100, true);
  EXPECT_EQ(at.handle({method::get, to, {}, {}, {}}, "n").status, 404);
  EXPECT_EQ(at.handle({method::get, to, {}, {}, {}}, "n").status, 404);
  EXPECT_THAT(on.broken(), IsNull());
}

TEST_F(Watching, SeesAGap) {
  EXPECT_EQ(send(chunk(open(), 400, 400)).status, 416);
  EXPECT_EQ(invariant(), "coverage");
}

TEST_F(Watching, RefusesBytesOfAnotherBlob) {
  auto whole = chunk(open(), 0, size, other);
  whole.verb = method::put;
  whole.url += "&digest=" + blob;
  EXPECT_EQ(send(whole).status, 400);
  EXPECT_FALSE(at.has(blob, size));
}

TEST_F(Watching, RefusesBytesThatWereMangled) {
  auto whole = chunk(open(), 0, size);
  whole.verb = method::put;
  whole.url += "&digest=" + blob;
  EXPECT_EQ(send(whole, false).status, 400);
}

TEST_F(Watching, RefusesABlobThatIsNotWhole) {
  const auto taken = send(chunk(open(), 0, 400));
  EXPECT_EQ(close(std::string{taken.fields.value("location")}).status, 400);
}

TEST_F(Watching, SeesAManifestThatComesTooEarly) {
  EXPECT_EQ(put_manifest(blob).status, 400);
  EXPECT_EQ(invariant(), "manifest-last");
}

TEST_F(Watching, BlamesNobodyForABlobThatWasLost) {
  at.put_there(registry::repository, blob, size);
  at.lose_blob(blob);
  EXPECT_EQ(put_manifest(blob).status, 400);
  EXPECT_THAT(on.broken(), IsNull());
}

TEST_F(Watching, SeesABlobThatIsSentThoughItIsThere) {
  at.put_there(registry::repository, blob, size);
  at.expect_checks();
  EXPECT_FALSE(at.admit(chunk(open(), 0, 400), "n"));
  EXPECT_EQ(invariant(), "asked-first");
}

TEST_F(Watching, SeesTwoThatWriteInOneSession) {
  const auto session = open();
  const auto first = chunk(session, 0, 400);
  ASSERT_FALSE(at.admit(first, "n"));
  at.stops(first, "n");
  ASSERT_FALSE(at.admit(first, "n"));
  EXPECT_THAT(on.broken(), IsNull()) << "one after the other";
  EXPECT_FALSE(at.admit(first, "m"));
  EXPECT_EQ(invariant(), "one-writer");
}

TEST_F(Watching, SeesSecretsThatGoWhereTheyMustNot) {
  const struct {
    const char* name;
    const char* url;
    const char* authorization;
    bool is_head;
    const char* invariant;
  } cases[] = {
    {"a token to the registry", "https://registry.sim/v2/", "Bearer t1", false, ""},
    {"the coordinator logs in", "https://auth.sim/token", "Basic YW5uOnNlY3JldA==", true, ""},
    {"a node logs in", "https://auth.sim/token", "Basic YW5uOnNlY3JldA==", false,
     "credentials-stay"},
    {"a node asks without", "https://auth.sim/token", "", false, "credentials-stay"},
    {"a token elsewhere", "https://auth.sim/token", "Bearer t1", true, "token-origin"},
    {"a password to the registry", "https://registry.sim/v2/", "Basic YW5u", true,
     "credentials-stay"},
    {"a stranger", "https://elsewhere.sim/v2/", "", true, "origin"},
    {"plain text", "http://registry.sim/v2/", "", true, "origin"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    stage scene{1, 0};
    registry to{scene, {}, [](const std::string&) { return size; }};
    weather fair{scene};
    internet net{scene, to, fair};
    http_request request{method::get, c.url, {}, {}, {}};
    if (*c.authorization != '\0')
      request.fields.add("Authorization", c.authorization);
    static_cast<void>(net.serve(request, {"n", c.is_head, 1}));
    EXPECT_EQ(scene.broken() == nullptr ? "" : scene.broken()->invariant, c.invariant);
    scene.end();
  }
}

TEST_F(Watching, SeesTwoNodesThatSendOneBlob) {
  weather fair{on};
  internet net{on, at, fair};
  net.body_begins(blob, {"a", false, 1}, true);
  net.body_begins(other, {"b", false, 1}, true);
  EXPECT_THAT(on.broken(), IsNull());
  net.body_ends(blob, {"a", false, 1});
  net.body_begins(blob, {"b", false, 1}, true);
  EXPECT_THAT(on.broken(), IsNull());
  net.body_begins(blob, {"a", false, 1}, true);
  EXPECT_EQ(invariant(), "one-sender");
}

TEST_F(Watching, UnderstandsANodeThatIsCutOff) {
  weather fair{on};
  internet net{on, at, fair};
  net.body_begins(blob, {"a", false, 1}, true);
  net.set_apart("a", on.now() + std::chrono::seconds{1});
  net.body_begins(blob, {"b", false, 1}, true);
  EXPECT_THAT(on.broken(), IsNull());
}

/// What a push says of itself.
class WatchingAPush : public Watching {
protected:
  WatchingAPush() : over(on, of, at) {
    of.what.plan.blobs = {{protocol::digest::of("a blob"), size, 0}};
    of.what.by_digest[blob] = 0;
    now.total = {1, size};
  }

  scenario of;
  watch over;
  actors::push_status now;
};

TEST_F(WatchingAPush, SeesWhatIsConfirmedAndIsNotThere) {
  over.status(now);
  EXPECT_THAT(on.broken(), IsNull());
  now.uploaded = {1, size};
  over.status(now);
  EXPECT_EQ(invariant(), "confirmed");
}

TEST_F(WatchingAPush, SeesARecordThatIsNotTrue) {
  over.recorded({{0, protocol::confirmation::uploaded}});
  EXPECT_EQ(invariant(), "confirmed");
}

TEST_F(WatchingAPush, SeesConfirmedBytesThatFall) {
  at.put_there(registry::repository, blob, size);
  now.uploaded = {1, size};
  over.status(now);
  EXPECT_THAT(on.broken(), IsNull());
  now.uploaded = {};
  over.status(now);
  EXPECT_EQ(invariant(), "monotonic");
}

TEST_F(WatchingAPush, SeesMoreThanThereIs) {
  at.put_there(registry::repository, blob, size);
  now.uploaded = {2, 2 * size};
  over.status(now);
  EXPECT_EQ(invariant(), "bounded");
}

TEST_F(WatchingAPush, SeesACountBelowZero) {
  now.in_flight_bytes = UINT64_MAX - 5;
  over.status(now);
  EXPECT_EQ(invariant(), "counts");
}

TEST_F(WatchingAPush, SeesAnEndThatNothingExplains) {
  actors::push_report last;
  last.last = now;
  last.why = {protocol::errc::gave_up, "gave up", {}};
  over.report(last);
  EXPECT_EQ(invariant(), "reason");
  EXPECT_THAT(on.broken()->detail, HasSubstr("gave up"));
}

TEST_F(WatchingAPush, AcceptsAnEndThatAFaultExplains) {
  fault trouble;
  trouble.what = fault_kind::unreachable;
  of.faults = {trouble};
  actors::push_report last;
  last.last = now;
  last.why = {protocol::errc::gave_up, "gave up", {}};
  over.report(last);
  EXPECT_THAT(on.broken(), IsNull());
  last.why.code = protocol::errc::internal;
  over.report(last);
  EXPECT_EQ(invariant(), "reason") << "nothing explains a mistake of ours";
}

} // namespace
} // namespace flotilla::simulation
