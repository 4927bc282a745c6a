#include "protocol/http_date.hpp"

#include <gtest/gtest.h>

namespace flotilla::protocol {
namespace {

// All Unix times by date(1).
constexpr std::int64_t june_2026 = 1'780'272'000;
constexpr std::int64_t example = 784'111'777; // Sun, 06 Nov 1994 08:49:37 GMT

TEST(HttpDate, HasThreeForms) {
  const struct {
    const char* text;
    std::int64_t time;
  } cases[] = {
    {"Sun, 06 Nov 1994 08:49:37 GMT", example},
    {"Sunday, 06-Nov-94 08:49:37 GMT", example},
    {"Sun Nov  6 08:49:37 1994", example},
    {"Wed Nov 16 08:49:37 1994", example + 864'000},
    {"sun, 06 nov 1994 08:49:37 GMT", example},
    {"Mon, 06 Nov 1994 08:49:37 GMT", example}, // it was a Sunday
    {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
    {"Wed, 31 Dec 1969 23:59:59 GMT", -1},
    {"Thu, 29 Feb 2024 23:59:59 GMT", 1'709'251'199},
    {"Sat, 01 Jan 2000 00:00:00 GMT", 946'684'800},
    {"Mon, 01 Mar 2100 00:00:00 GMT", 4'107'542'400},
    {"Fri, 31 Dec 9999 23:59:59 GMT", 253'402'300'799},
    {"Sat, 01 Jan 0000 00:00:00 GMT", -62'167'219'200},
    {"Sat, 31 Dec 2016 23:59:60 GMT", 1'483'228'800}, // a leap second
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(parse_http_date(c.text, june_2026), c.time);
  }
}

TEST(HttpDate, WithAYearOfTwoDigitsIsNotMoreThanFiftyYearsAhead) {
  const struct {
    const char* text;
    std::int64_t now;
    std::int64_t time;
  } cases[] = {
    {"Tuesday, 01-Jun-49 00:00:00 GMT", june_2026, 2'506'118'400}, // 2049
    {"Wednesday, 01-Jun-77 00:00:00 GMT", june_2026, 233'971'200}, // 1977
    {"Monday, 01-Jan-01 00:00:00 GMT", 915'148'800, 978'307'200},  // 2001, seen from 1999
    {"Sunday, 06-Nov-94 08:49:37 GMT", example, example},
    {"Thursday, 29-Feb-24 00:00:00 GMT", june_2026, 1'709'164'800},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(parse_http_date(c.text, c.now), c.time);
  }
}

TEST(HttpDate, OfAnyOtherFormIsNone) {
  for (const char* text : {"",
                           " ",
                           ",",
                           "Sun",
                           "Sun,",
                           "Sun Nov",
                           "120",
                           "now",
                           "2094-11-06T08:49:37Z",
                           "Sun, 06 Nov 2094 08:49:37",
                           "Sun, 06 Nov 2094 08:49:37 UTC",
                           "Sun, 06 Nov 2094 08:49:37 gmt",
                           "Sun, 06 Nov 2094 08:49:37 GMT x",
                           " Sun, 06 Nov 2094 08:49:37 GMT",
                           "Sun, 6 Nov 2094 08:49:37 GMT",
                           "Son, 06 Nov 2094 08:49:37 GMT",
                           "Sun, 06 Dez 2094 08:49:37 GMT",
                           "Sun, 00 Nov 2094 08:49:37 GMT",
                           "Sun, 31 Nov 2094 08:49:37 GMT",
                           "Sun, 32 Dec 2094 08:49:37 GMT",
                           "Sun, 30 Feb 2096 08:49:37 GMT",
                           "Mon, 29 Feb 2100 08:49:37 GMT",
                           "Sun, 29 Feb 2095 08:49:37 GMT",
                           "Sun, 06 Nov 2094 24:00:00 GMT",
                           "Sun, 06 Nov 2094 08:60:37 GMT",
                           "Sun, 06 Nov 2094 08:49:61 GMT",
                           "Sun, 06 Nov 2094 8:49:37 GMT",
                           "Sun, 06 Nov 2094 08.49.37 GMT",
                           "Sun, 06 Nov 94 08:49:37 GMT",
                           "Sun, 06 Nov 20940 08:49:37 GMT",
                           "Sun, 06 Nov -094 08:49:37 GMT",
                           "Sun, +6 Nov 2094 08:49:37 GMT",
                           "Sunday, 06 Nov 2094 08:49:37 GMT",
                           "Sun, 06-Nov-44 08:49:37 GMT",
                           "Sunday, 06-Nov-2044 08:49:37 GMT",
                           "Sunday, 31-Nov-44 08:49:37 GMT",
                           "Sunday, 06-Nov-44 25:49:37 GMT",
                           "Sun Nov 6 08:49:37 2094",
                           "Sun Nov   6 08:49:37 2094",
                           "Sun Nov  6 08:49:37 2094 GMT",
                           "Sun Nov  0 08:49:37 2094"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_http_date(text, june_2026));
  }
}

TEST(HttpDate, IsReadWhateverTheClockSays) {
  for (auto now : {INT64_MIN, INT64_C(-1), INT64_MAX})
    EXPECT_TRUE(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", now));
}

} // namespace
} // namespace flotilla::protocol
