#include "app/progress.hpp"

#include "app/progress_bar.hpp"
#include "tests/app/sample_push.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <set>
#include <sstream>

namespace flotilla::app {
namespace {

using actors::phase;
using actors::push_status;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t mib = 1 << 20;

/// Half of four blobs of one MiB each is done, and one is on the wire.
push_status half_done(double seconds = 1) {
  push_status status;
  status.now = phase::sending;
  status.total = {4, 4 * mib};
  status.present = {1, mib};
  status.uploaded = {1, mib};
  status.in_flight_bytes = mib / 2;
  status.sent_bytes = mib + mib / 2;
  status.bodies = {{protocol::digest::of("x"), mib, mib / 2}};
  status.bodies_in_all = 1;
  status.seconds = seconds;
  return status;
}

push_status in_trouble(double seconds, std::uint64_t setbacks) {
  auto status = half_done(seconds);
  status.setbacks = setbacks;
  status.in_trouble = true;
  status.retries = {{"429", setbacks}};
  status.last_setback = {"429", "the registry answered 429", std::chrono::milliseconds{1'500}};
  return status;
}

/// What a view writes.
class Written : public testing::Test {
protected:
  ~Written() override {
    std::fclose(file);
  }
  std::string text() {
    std::fflush(file);
    std::rewind(file);
    std::string all;
    char piece[4096];
    for (std::size_t got = 0; (got = std::fread(piece, 1, sizeof piece, file)) > 0;)
      all.append(piece, got);
    return all;
  }
  std::vector<std::string> lines() {
    std::istringstream from{text()};
    std::vector<std::string> all;
    for (std::string line; std::getline(from, line);)
      all.push_back(line);
    return all;
  }

  std::FILE* file = std::tmpfile();
};

TEST(DoneBytes, AreConfirmedOnesAndThoseOnTheWire) {
  EXPECT_EQ(done_bytes({}), 0u);
  EXPECT_EQ(done_bytes(half_done()), 2 * mib + mib / 2);
  auto all_ways = half_done();
  all_ways.mounted = {1, 3};
  all_ways.resumed = {1, 5};
  EXPECT_EQ(done_bytes(all_ways), 2 * mib + mib / 2 + 8);
}

TEST(DoneBytes, AreNeverMoreThanAll) {
  auto status = half_done();
  status.in_flight_bytes = 100 * mib; // repeats that are not told from first tries
  EXPECT_EQ(done_bytes(status), 4 * mib);
}

TEST(DoneBytes, DoNotShrinkWhenABodyIsConfirmed) {
  auto before = half_done();
  before.in_flight_bytes = mib;
  auto after = before;
  after.in_flight_bytes = 0;
  after.uploaded = {2, 2 * mib};
  EXPECT_EQ(done_bytes(after), done_bytes(before));
}

TEST(ProgressLine, TellsBlobsBytesRateTimeLeftAndBodies) {
  auto line = progress_line(half_done(), mib);
  EXPECT_THAT(line, HasSubstr("sending"));
  EXPECT_THAT(line, HasSubstr("2 of 4 blobs"));
  EXPECT_THAT(line, HasSubstr("2.5 MiB of 4.0 MiB (62 %)"));
  EXPECT_THAT(line, HasSubstr("1.0 MiB/s"));
  EXPECT_THAT(line, HasSubstr("1.5 s left"));
  EXPECT_THAT(line, HasSubstr("1 on the wire"));
}

TEST(ProgressLine, LeavesOutWhatIsNotKnown) {
  auto line = progress_line(half_done(), 0);
  EXPECT_THAT(line, Not(HasSubstr("/s")));
  EXPECT_THAT(line, Not(HasSubstr("left")));
}

TEST(ProgressLine, OfAnEmptyPushIsWhole) {
  push_status empty;
  empty.now = phase::sending;
  EXPECT_THAT(progress_line(empty, 0), HasSubstr("(100 %)"));
}

TEST(ProgressLine, NamesEveryPhase) {
  std::set<std::string> names;
  for (auto now : {phase::reading, phase::reaching, phase::checking, phase::sending,
                   phase::publishing, phase::verifying, phase::ended}) {
    push_status status;
    status.now = now;
    EXPECT_THAT(progress_line(status, 0), testing::StartsWith(to_string(now)));
    names.insert(to_string(now));
  }
  EXPECT_EQ(names.size(), 7u);
  EXPECT_EQ(names.count(""), 0u);
}

TEST(SetbackLine, SaysWhyHowOftenAndHowLong) {
  EXPECT_EQ(setback_line(half_done()), "");
  auto line = setback_line(in_trouble(1, 12));
  EXPECT_THAT(line, HasSubstr("1.5 s"));
  EXPECT_THAT(line, HasSubstr("12 x 429"));
  EXPECT_THAT(line, HasSubstr("the registry answered 429"));
}

TEST(RenderBar, IsAsWideAsItIsTold) {
  const struct {
    double share;
    std::size_t width;
    const char* text;
  } cases[] = {
    {0, 12, "[----------]"},
    {1, 12, "[##########]"},
    {0.5, 12, "[#####-----]"},
    {0.96, 12, "[##########]"},
    {-1, 12, "[----------]"},
    {7, 12, "[##########]"},
    {0.5, 2, "[]"},
    {0.5, 0, "[]"},
  };
  for (const auto& c : cases)
    EXPECT_EQ(render_bar(c.share, c.width), c.text);
}

TEST(Fitted, CutsAtCharactersNotAtBytes) {
  EXPECT_EQ(fitted("", 5), "");
  EXPECT_EQ(fitted("abcde", 5), "abcde");
  EXPECT_EQ(fitted("abcdef", 5), "abcd…");
  EXPECT_EQ(fitted("äöüßé", 5), "äöüßé");
  EXPECT_EQ(fitted("äöüßéx", 5), "äöüß…");
  EXPECT_EQ(fitted("日本語", 2), "日…");
}

TEST_F(Written, PlainLinesComeWithAPhaseAndThenEveryFiveSeconds) {
  auto view = make_progress_view(progress_style::plain, file);
  for (double seconds = 0; seconds < 11.05; seconds += 0.1)
    view->show(half_done(seconds));
  EXPECT_EQ(lines().size(), 3u); // at 0, 5 and 10
  auto publishing = half_done(11.1);
  publishing.now = phase::publishing;
  view->show(publishing);
  view->end();
  auto all = lines();
  ASSERT_EQ(all.size(), 4u);
  EXPECT_THAT(all[0], HasSubstr("2 of 4 blobs"));
  EXPECT_THAT(all[3], HasSubstr("publishing"));
  EXPECT_THAT(text(), Not(HasSubstr("\x1b")));
}

TEST_F(Written, PlainLinesTellOfSetbacksOnceASecond) {
  auto view = make_progress_view(progress_style::plain, file);
  view->show(half_done(0));
  view->show(in_trouble(0.1, 1));
  view->show(in_trouble(0.2, 1)); // the same one
  view->show(in_trouble(0.3, 2));
  view->show(in_trouble(1.2, 3));
  auto all = lines();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_THAT(all[1], HasSubstr("1 x 429"));
  EXPECT_THAT(all[2], HasSubstr("3 x 429"));
}

TEST_F(Written, JsonLinesAreEventsOfTheirOwn) {
  auto view = make_progress_view(progress_style::json, file);
  view->show(half_done(0));
  view->show(in_trouble(0.5, 1));
  view->show(in_trouble(1.5, 1)); // the same setback
  view->end();
  std::vector<std::string> events;
  for (const auto& line : lines()) {
    auto event = nlohmann::json::parse(line, nullptr, false);
    ASSERT_TRUE(event.is_object()) << line;
    events.push_back(event["event"]);
    if (event["event"] == "setback") {
      EXPECT_EQ(event["reason"], "429");
      EXPECT_EQ(event["detail"], "the registry answered 429");
      EXPECT_EQ(event["wait_seconds"], 1.5);
    }
  }
  EXPECT_THAT(events, testing::ElementsAre("progress", "setback", "progress"));
}

TEST_F(Written, NothingWhenNothingIsWanted) {
  auto view = make_progress_view(progress_style::none, file);
  view->show(in_trouble(1, 1));
  view->end();
  EXPECT_EQ(text(), "");
}

TEST_F(Written, PlainLinesWhereThereIsNoTerminal) {
  auto view = make_progress_view(progress_style::automatic, file);
  view->show(half_done());
  view->end();
  EXPECT_THAT(text(), HasSubstr("2 of 4 blobs"));
  EXPECT_THAT(text(), Not(HasSubstr("\x1b")));
}

TEST_F(Written, BarsAreDrawnOverEachOtherAndTakenAway) {
  auto view = make_progress_view(progress_style::bar, file);
  view->show(half_done(0));
  auto first = text();
  EXPECT_THAT(first, HasSubstr("2 of 4 blobs"));
  EXPECT_THAT(first, HasSubstr("[####"));
  EXPECT_THAT(first, HasSubstr("1 on the wire"));
  EXPECT_THAT(first, Not(HasSubstr("\x1b")));
  const auto drawn = std::count(first.begin(), first.end(), '\n');
  view->show(in_trouble(1, 1));
  auto second = text().substr(first.size());
  const auto up = "\r\x1b[" + std::to_string(drawn) + "A\x1b[J";
  EXPECT_THAT(second, testing::StartsWith(up));
  EXPECT_THAT(second, HasSubstr("trying again"));
  const auto drawn_then = std::count(second.begin(), second.end(), '\n');
  EXPECT_EQ(drawn_then, drawn + 1);
  const auto before = text().size();
  view->end();
  EXPECT_EQ(text().substr(before), "\r\x1b[" + std::to_string(drawn_then) + "A\x1b[J");
}

TEST_F(Written, BarsKeepEachLineWithinTheTerminal) {
  auto status = in_trouble(1, 1);
  status.last_setback.detail = std::string(5'000, 'x');
  auto view = make_progress_view(progress_style::bar, file); // no terminal: 80 columns
  view->show(status);
  for (const auto& line : lines())
    EXPECT_LE(line.size(), 82u); // `…` has three bytes
}

} // namespace
} // namespace flotilla::app
