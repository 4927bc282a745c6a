#include "protocol/throttle.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace flotilla::protocol {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

constexpr std::int64_t now = 1'780'272'000; // 2026-06-01 00:00:00 UTC, by date(1)

http_response answer(int status, header_fields fields = {}) {
  http_response x;
  x.status = status;
  x.fields = std::move(fields);
  return x;
}

TEST(RateLimit, SaysWhenASpentAllowanceIsBack) {
  const struct {
    const char* name;
    header_fields fields;
    std::int64_t wait;
  } cases[] = {
    {"draft 10", {{"RateLimit", R"("default";r=0;t=10)"}}, 10},
    {"its parameters in any order", {{"RateLimit", R"("default";t=10;r=0)"}}, 10},
    {"blanks, and a parameter more", {{"ratelimit", R"( "a" ; r=0 ; pk=:YQ==: ; t=7 )"}}, 7},
    {"the longest of those that are spent",
     {{"RateLimit", R"("s";r=0;t=2, "m";r=0;t=60, "day";r=9;t=3600)"}},
     60},
    {"a field for each", {{"RateLimit", R"("s";r=0;t=2)"}, {"RateLimit", R"("m";r=0;t=5)"}}, 5},
    {"separators within a name", {{"RateLimit", R"("a,b;r=5;t=9\"";r=0;t=3)"}}, 3},
    {"a name without quotes", {{"RateLimit", "default;r=0;t=10"}}, 10},
    {"draft 07", {{"RateLimit", "limit=100, remaining=0, reset=10"}}, 10},
    {"draft 02", {{"RateLimit-Remaining", "0"}, {"RateLimit-Reset", "10"}}, 10},
    {"with a window", {{"RateLimit-Remaining", "0;w=60"}, {"RateLimit-Reset", " 10 "}}, 10},
    {"GitHub", {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1780272045"}}, 45},
    {"GitLab", {{"RateLimit-Remaining", "0"}, {"RateLimit-Reset", "1780272060"}}, 60},
    {"seconds after X-",
     {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "999999999"}},
     999'999'999},
    {"two sorts",
     {{"RateLimit", R"("a";r=0;t=3)"}, {"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "4"}},
     4},
    {"one readable, one not", {{"RateLimit", R"("a";r=0;t=3, "b";r=0;t=x)"}}, 3},
  };
  for (const auto& c : cases)
    EXPECT_EQ(parse_rate_limit(c.fields, now), seconds{c.wait}) << c.name;
}

TEST(RateLimit, OfSomethingLeftOrGarbageIsNothing) {
  const struct {
    const char* name;
    header_fields fields;
  } cases[] = {
    {"no field", {}},
    {"an empty one", {{"RateLimit", ""}}},
    {"something is left", {{"RateLimit", R"("default";r=1;t=10)"}}},
    {"all is left", {{"RateLimit", "limit=100, remaining=100, reset=10"}}},
    {"something is left, in the old way", {{"RateLimit-Remaining", "5"}, {"RateLimit-Reset", "9"}}},
    {"no end is named", {{"RateLimit", R"("default";r=0)"}}},
    {"no end is named, in the old way", {{"RateLimit-Remaining", "0"}}},
    {"Docker Hub", {{"ratelimit-limit", "100;w=21600"}, {"ratelimit-remaining", "0;w=21600"}}},
    {"no remainder is named", {{"RateLimit", R"("default";t=10)"}}},
    {"a limit alone", {{"RateLimit-Limit", "0"}, {"RateLimit-Reset", "10"}}},
    {"the end is now", {{"RateLimit", R"("default";r=0;t=0)"}}},
    {"the end was", {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1780272000"}}},
    {"the end was long ago", {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1000000000"}}},
    {"milliseconds", {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1780272045000"}}},
    {"a string that does not end", {{"RateLimit", R"("default;r=0;t=10)"}}},
    {"a string that does not end, later", {{"RateLimit", R"("a";r=0;t=10, "b)"}}},
    {"a backslash at the end", {{"RateLimit", R"("a";r=0;t=10;x="\)"}}},
    {"all within the name", {{"RateLimit", R"("default;r=0;t=10")"}}},
    {"parts of two members", {{"RateLimit", R"("a";r=0, "b";t=10)"}}},
    {"parts of two fields", {{"RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "10"}}},
    {"capital keys", {{"RateLimit", R"("default";R=0;T=10)"}}},
    {"negative", {{"RateLimit", R"("default";r=-1;t=10)"}}},
    {"a negative time", {{"RateLimit", R"("default";r=0;t=-10)"}}},
    {"fractions", {{"RateLimit", R"("default";r=0;t=1.5)"}}},
    {"words", {{"X-RateLimit-Remaining", "none"}, {"X-RateLimit-Reset", "soon"}}},
    {"a duration", {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "6m0s"}}},
    {"a date",
     {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "Mon, 01 Jun 2026 00:01:00 GMT"}}},
    {"two numbers", {{"RateLimit-Remaining", "0"}, {"RateLimit-Reset", "10, 20"}}},
    {"a huge number", {{"RateLimit-Remaining", "0"}, {"RateLimit-Reset", "99999999999999999999"}}},
    {"separators alone", {{"RateLimit", ";,;=,=;r=;t=,"}}},
    {"no key", {{"RateLimit", R"("default";=0;=10)"}}},
    {"no ASCII", {{"RateLimit", "\xFF;r=\xB2;t=\xB9"}}},
  };
  for (const auto& c : cases)
    EXPECT_FALSE(parse_rate_limit(c.fields, now)) << c.name;
}

TEST(RateLimit, IsReadWhateverTheClockSays) {
  const header_fields epoch{{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1780272045"}};
  EXPECT_EQ(parse_rate_limit(epoch, std::numeric_limits<std::int64_t>::min()), 1780272045s);
  EXPECT_EQ(parse_rate_limit(epoch, 0), 1780272045s);
  EXPECT_FALSE(parse_rate_limit(epoch, std::numeric_limits<std::int64_t>::max()));
}

TEST(Throttle, IsA429OrA503) {
  for (int status : {429, 503})
    EXPECT_TRUE(read_throttle(answer(status), now).refused) << status;
  for (int status : {200, 201, 202, 307, 400, 401, 403, 404, 408, 428, 430, 500, 502, 504, 0, -429})
    EXPECT_FALSE(read_throttle(answer(status), now).refused) << status;
}

TEST(Throttle, PausesAfterARefusalAsLongAsTheRegistrySays) {
  const struct {
    const char* name;
    header_fields fields;
    seconds pause;
  } cases[] = {
    {"nothing said", {}, 0s},
    {"seconds", {{"Retry-After", "7"}}, 7s},
    {"a date", {{"Retry-After", "Mon, 01 Jun 2026 00:00:50 GMT"}}, 50s},
    {"Docker Hub", {{"Retry-After", "60"}, {"ratelimit-remaining", "0;w=21600"}}, 60s},
    {"at once", {{"Retry-After", "0"}}, 0s},
    {"very long", {{"Retry-After", "86400"}}, 120s},
    {"longer than there is", {{"Retry-After", "99999999999999999999"}}, 120s},
    {"a far date", {{"Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"}}, 120s},
    {"an allowance", {{"RateLimit", R"("default";r=0;t=45)"}}, 45s},
    {"a slow allowance", {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "3600"}}, 120s},
    {"both: the first counts", {{"Retry-After", "2"}, {"RateLimit", R"("default";r=0;t=45)"}}, 2s},
    {"both: at once", {{"Retry-After", "0"}, {"RateLimit", R"("default";r=0;t=45)"}}, 0s},
    {"an allowance beside garbage", {{"Retry-After", "soon"}, {"RateLimit", "a;r=0;t=4"}}, 4s},
    {"something is left", {{"RateLimit", R"("default";r=3;t=45)"}}, 0s},
    {"garbage", {{"Retry-After", "soon"}}, 0s},
    {"a negative time", {{"Retry-After", "-5"}}, 0s},
    {"a date that was", {{"Retry-After", "Sun, 31 May 2026 23:59:59 GMT"}}, 0s},
  };
  for (int status : {429, 503})
    for (const auto& c : cases)
      EXPECT_EQ(read_throttle(answer(status, c.fields), now).pause, c.pause)
        << status << ", " << c.name;
}

TEST(Throttle, PausesBeforeARefusalOnlyWhereThatIsShort) {
  const struct {
    const char* name;
    header_fields fields;
    seconds pause;
  } cases[] = {
    {"nothing said", {}, 0s},
    {"something is left", {{"RateLimit", R"("default";r=1;t=10)"}}, 0s},
    {"nothing is left", {{"RateLimit", R"("default";r=0;t=10)"}}, 10s},
    {"nothing is left for as long as may be", {{"RateLimit", R"("default";r=0;t=30)"}}, 30s},
    {"nothing is left for longer", {{"RateLimit", R"("default";r=0;t=31)"}}, 0s},
    {"Docker Hub, whose pulls are counted", {{"ratelimit-remaining", "0;w=21600"}}, 0s},
    {"Retry-After, which is of something else", {{"Retry-After", "10"}}, 0s},
  };
  for (int status : {200, 201, 202, 401, 403, 404, 500})
    for (const auto& c : cases) {
      const auto said = read_throttle(answer(status, c.fields), now);
      EXPECT_EQ(said.pause, c.pause) << status << ", " << c.name;
      EXPECT_FALSE(said.refused);
    }
}

TEST(Throttle, KeepsToItsTerms) {
  const throttle_terms terms{20s, 0s};
  const header_fields spent{{"RateLimit", R"("default";r=0;t=30)"}};
  EXPECT_EQ(read_throttle(answer(429, {{"Retry-After", "30"}}), now, terms).pause, 20s);
  EXPECT_EQ(read_throttle(answer(429, spent), now, terms).pause, 20s);
  EXPECT_EQ(read_throttle(answer(201, spent), now, terms).pause, 0s);
}

} // namespace
} // namespace flotilla::protocol
