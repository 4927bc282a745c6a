#include "app/units.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flotilla::app {
namespace {

using namespace std::chrono_literals;
using protocol::errc;
using testing::HasSubstr;
using testing::Not;

TEST(ParseBytes, ReadsNumbersWithAUnitOrWithout) {
  const struct {
    const char* text;
    std::uint64_t bytes;
  } cases[] = {
    {"0", 0},
    {"67108864", 67'108'864},
    {"64MiB", 67'108'864},
    {"64MB", 64'000'000},
    {"64 MB", 64'000'000},
    {" 64MB\t", 64'000'000},
    {"1.5GB", 1'500'000'000},
    {"0.5KiB", 512},
    {"1B", 1},
    {"1kB", 1'000},
    {"1KB", 1'000},
    {"1kib", 1'024},
    {"1k", 1'024},
    {"2M", 2'097'152},
    {"3g", 3'221'225'472},
    {"1TB", 1'000'000'000'000},
    {"1TiB", 1'099'511'627'776},
    {"007", 7},
    {"9000000TB", 9'000'000'000'000'000'000u},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    auto bytes = parse_bytes(c.text);
    ASSERT_TRUE(bytes) << bytes.error().message;
    EXPECT_EQ(*bytes, c.bytes);
  }
}

TEST(ParseBytes, RefusesAllElse) {
  for (const char* text : {"",           " ",
                           "MiB",        "-1",
                           "+1",         "1e3",
                           "0x10",       ".5MB",
                           "5.MB",       "1..5MB",
                           "1.2.3",      "1,000",
                           "64Mib2",     "64 M iB",
                           "64MiBs",     "64PB",
                           "bytes",      "1\n2",
                           "NaN",        "inf",
                           "ten",        "9300000000000000000",
                           "9300000TB",  "99999999999999999999999999",
                           "1\xC2\xA0MB"}) {
    SCOPED_TRACE(text);
    auto bytes = parse_bytes(text);
    ASSERT_FALSE(bytes) << *bytes;
    EXPECT_EQ(bytes.error().code, errc::malformed);
    EXPECT_THAT(bytes.error().hint, HasSubstr("64MiB"));
  }
}

TEST(ParseBytes, ShowsNoControlCharacters) {
  EXPECT_THAT(parse_bytes("\x1b[2J").error().message, Not(HasSubstr("\x1b")));
  EXPECT_LE(parse_bytes(std::string(100'000, 'x')).error().message.size(), 200u);
}

TEST(ParseDuration, ReadsANumberWithAUnit) {
  const struct {
    const char* text;
    std::chrono::milliseconds duration;
  } cases[] = {
    {"500ms", 500ms}, {"30s", 30s},     {"10m", 10min}, {"2h", 2h},
    {"1.5h", 90min},  {"0.25s", 250ms}, {"0s", 0ms},    {" 30 s ", 30s},
    {"8760h", 8760h}, {"8784h", 8784h}, {"0.4ms", 0ms},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    auto duration = parse_duration(c.text);
    ASSERT_TRUE(duration) << duration.error().message;
    EXPECT_EQ(*duration, c.duration);
  }
}

TEST(ParseDuration, RefusesAllElse) {
  for (const char* text :
       {"", "30", "s", "-1s", "30S", "30sec", "1d", "1w", "1h30m", "1:30", "1e3s", ".5s", "5.s",
        "soon", "8785h", "99999999999999999999999h", "30 s s"}) {
    SCOPED_TRACE(text);
    auto duration = parse_duration(text);
    ASSERT_FALSE(duration) << duration->count();
    EXPECT_EQ(duration.error().code, errc::malformed);
    EXPECT_THAT(duration.error().hint, HasSubstr("10m"));
  }
}

TEST(HumanBytes, KeepsThreeDigitsAtMostOrFour) {
  const struct {
    std::uint64_t bytes;
    const char* text;
  } cases[] = {
    {0, "0 B"},
    {1, "1 B"},
    {1'023, "1023 B"},
    {1'024, "1.0 KiB"},
    {1'536, "1.5 KiB"},
    {102'400, "100 KiB"},
    {1'048'575, "1.0 MiB"},
    {1'048'576, "1.0 MiB"},
    {104'857'600, "100 MiB"},
    {3'650'722'201, "3.4 GiB"},
    {1'099'511'627'776, "1.0 TiB"},
    {1'125'899'906'842'624, "1024 TiB"},
  };
  for (const auto& c : cases)
    EXPECT_EQ(human_bytes(c.bytes), c.text);
}

TEST(HumanRate, IsBytesPerSecond) {
  EXPECT_EQ(human_rate(220'200'960), "210 MiB/s");
  EXPECT_EQ(human_rate(0), "0 B/s");
  EXPECT_EQ(human_rate(-5), "0 B/s");
}

TEST(HumanDuration, HasTwoUnitsAtMost) {
  const struct {
    double seconds;
    const char* text;
  } cases[] = {
    {0, "0.0 s"},           {0.4, "0.4 s"},       {9.94, "9.9 s"},
    {9.96, "10 s"},         {12, "12 s"},         {59.4, "59 s"},
    {59.6, "1 min 0 s"},    {200, "3 min 20 s"},  {3'599.4, "59 min 59 s"},
    {3'599.6, "1 h 0 min"}, {7'500, "2 h 5 min"}, {360'000, "100 h 0 min"},
  };
  for (const auto& c : cases)
    EXPECT_EQ(human_duration(c.seconds), c.text);
}

TEST(HumanCount, GroupsThousands) {
  const struct {
    std::uint64_t number;
    const char* text;
  } cases[] = {
    {0, "0"},
    {7, "7"},
    {999, "999"},
    {1'000, "1,000"},
    {4'096, "4,096"},
    {123'456, "123,456"},
    {1'234'567, "1,234,567"},
    {UINT64_MAX, "18,446,744,073,709,551,615"},
  };
  for (const auto& c : cases)
    EXPECT_EQ(human_count(c.number), c.text);
}

TEST(Plural, IsTheNounsOnlyForOne) {
  EXPECT_EQ(plural(1, "blob"), "1 blob");
  EXPECT_EQ(plural(0, "blob"), "0 blobs");
  EXPECT_EQ(plural(4'096, "blob"), "4,096 blobs");
}

} // namespace
} // namespace flotilla::app
