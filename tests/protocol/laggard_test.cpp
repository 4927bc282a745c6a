#include "protocol/laggard.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace flotilla::protocol {
namespace {

using namespace std::chrono_literals;
using ticket = laggard_watch::ticket;

constexpr std::uint64_t mb = 1'000'000;
constexpr double fast = 10.0 * mb; ///< bytes per second
constexpr std::uint64_t endless = 1'000'000 * mb;

/// A node's lines to a registry, each with one body after another; told twice a second and judged
/// once.
class lines {
public:
  /// Bytes per second of that line at that time, in seconds.
  using speed = std::function<double(std::size_t line, double time)>;

  lines(std::size_t count, std::uint64_t length, speed of, laggard_terms terms = {})
    : watch(terms), speed_(std::move(of)), bodies_(count), length_(length) {
    for (auto& x : bodies_)
      start(x);
  }

  /// How many were named in the next `seconds`; those begin anew, with the same blob.
  std::size_t pass(double seconds) {
    std::size_t named = 0;
    for (const auto end = now_ + seconds; now_ < end;) {
      now_ += tick;
      for (std::size_t i = 0; i < bodies_.size(); ++i)
        move(i);
      if (std::fmod(now_, 1) != 0)
        continue;
      for (const auto which : watch.judge(at())) {
        ++named;
        again(which);
      }
    }
    return named;
  }
  /// Only that line and those behind it go on.
  void drop(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      watch.end(bodies_[i].which, at());
    bodies_.erase(bodies_.begin(), bodies_.begin() + static_cast<std::ptrdiff_t>(count));
  }
  laggard_watch::moment at() const {
    return laggard_watch::moment{} + std::chrono::milliseconds{std::llround(now_ * 1000)};
  }
  ticket of(std::size_t line) const {
    return bodies_[line].which;
  }

  laggard_watch watch;
  std::vector<std::size_t> named_lines; ///< in order

private:
  static constexpr double tick = 0.5; ///< s
  struct body {
    ticket which = 0;
    std::string blob;
    double sent = 0;
  };

  void start(body& x) {
    x = {++last_, "blob " + std::to_string(last_), 0};
    watch.begin(x.which, {x.blob, length_, 0}, at());
  }
  void again(ticket which) {
    for (std::size_t i = 0; i < bodies_.size(); ++i)
      if (auto& x = bodies_[i]; x.which == which) {
        named_lines.push_back(i);
        x.which = ++last_;
        x.sent = 0;
        watch.begin(x.which, {x.blob, length_, 0}, at());
      }
  }
  void move(std::size_t line) {
    auto& x = bodies_[line];
    x.sent += speed_(line, now_) * tick;
    if (x.sent < static_cast<double>(length_))
      return watch.sent(x.which, static_cast<std::uint64_t>(x.sent), at());
    watch.sent(x.which, length_, at());
    watch.end(x.which, at());
    start(x);
  }

  speed speed_;
  std::vector<body> bodies_;
  std::uint64_t length_;
  double now_ = 1;
  ticket last_ = 0;
};

double alike(std::size_t, double) {
  return fast;
}
/// The fourth line has a hundredth of the others' speed.
double one_lame(std::size_t line, double) {
  return line == 3 ? fast / 100 : fast;
}

TEST(Laggard, IsFoundWithinTwoWindows) {
  for (const auto length : {endless, 100'000 * mb, 1000 * mb, 300 * mb}) {
    SCOPED_TRACE(length);
    lines all{8, length, one_lame};
    EXPECT_EQ(all.pass(29), 0u) << "it is young";
    EXPECT_EQ(all.pass(30), 1u);
    EXPECT_EQ(all.named_lines, std::vector<std::size_t>{3});
  }
}

TEST(Laggard, IsFoundAmongBodiesThatAreShortAndMany) {
  // 3 MB take the others 0.3 s; it takes 30 s and more of one window, and would take 3000.
  lines all{8, 3 * mb, [](std::size_t line, double) { return line == 3 ? 1000.0 : fast; }};
  EXPECT_EQ(all.pass(59), 1u);
  EXPECT_EQ(all.named_lines, std::vector<std::size_t>{3});
}

TEST(Laggard, IsFoundWhenItGrowsLameOnTheWay) {
  const auto lame_from_500
    = [](std::size_t line, double time) { return line == 3 && time > 500 ? fast / 100 : fast; };
  lines all{8, 20'000 * mb, lame_from_500};
  EXPECT_EQ(all.pass(499), 0u);
  EXPECT_EQ(all.pass(50), 1u) << "15 GB are left, and would take 42 hours";
  lines almost_there{8, 5050 * mb, lame_from_500};
  EXPECT_EQ(almost_there.pass(558), 0u) << "60 MB are left for ten minutes; 5 GB take nine";
}

TEST(Laggard, ThatStandsStillIsFound) {
  lines all{8, 1000 * mb, [](std::size_t line, double) { return line == 3 ? 0 : fast; }};
  EXPECT_EQ(all.pass(59), 1u);
}

TEST(Laggard, IsNoneWhereAllAreAlike) {
  const struct {
    const char* name;
    lines::speed speed;
  } cases[] = {
    {"fast", alike},
    {"slow", [](std::size_t, double) { return 1000.0; }},
    {"at a standstill", [](std::size_t, double) { return 0.0; }},
    {"slow after they were fast", [](std::size_t, double t) { return t < 300 ? fast : 1000.0; }},
    {"at a standstill now and then",
     [](std::size_t, double t) { return std::fmod(t, 100) < 50 ? fast : 0.0; }},
    {"a third of the others", [](std::size_t i, double) { return i == 3 ? fast / 3 : fast; }},
    {"most of them lame", [](std::size_t i, double) { return i < 5 ? fast / 100 : fast; }},
    {"all but one lame", [](std::size_t i, double) { return i == 3 ? fast : fast / 100; }},
  };
  for (const auto& c : cases)
    for (const auto length : {endless, 1000 * mb, 3 * mb}) {
      SCOPED_TRACE(std::string{c.name} + ", " + std::to_string(length));
      lines all{8, length, c.speed};
      EXPECT_EQ(all.pass(500), 0u);
    }
}

TEST(Laggard, IsNoneOfNoisyLines) {
  for (const auto length : {endless, 100 * mb}) {
    SCOPED_TRACE(length);
    std::mt19937 dice{20};
    const auto noisy = [&](std::size_t, double) { // from half to one and a half
      return fast * (0.5 + static_cast<double>(dice()) / 4294967296.0);
    };
    lines all{8, length, noisy};
    EXPECT_EQ(all.pass(10'000), 0u);
  }
}

TEST(Laggard, IsNoneThatStartsSlowly) {
  // The line doubles its speed every 5 s, from a hundredth: 35 s to the whole. Every body of it.
  lines all{8, endless, [](std::size_t line, double time) {
              return line == 3 ? std::min(fast, fast / 100 * std::pow(2, time / 5)) : fast;
            }};
  EXPECT_EQ(all.pass(300), 0u);
}

TEST(Laggard, IsNoneThatWasLameAndIsWell) {
  lines all{8, endless, [](std::size_t line, double time) {
              return line == 3 && time < 25 ? fast / 100 : fast;
            }};
  EXPECT_EQ(all.pass(300), 0u);
}

TEST(Laggard, NeedsSiblings) {
  for (std::size_t count : {1u, 2u}) {
    lines all{count, endless, [](std::size_t line, double) { return line == 0 ? 1000.0 : fast; }};
    EXPECT_EQ(all.pass(1000), 0u) << count;
  }
  lines three{3, endless, [](std::size_t line, double) { return line == 0 ? 1000.0 : fast; }};
  EXPECT_EQ(three.pass(59), 1u);
}

TEST(Laggard, IsNotComparedWithThoseThatEndedLongAgo) {
  lines all{8, endless, [](std::size_t, double time) { return time < 100 ? fast : 1000.0; }};
  all.pass(99);
  all.drop(7); // they were fast; what is left is slow, and nobody knows why
  EXPECT_EQ(all.pass(1000), 0u);
}

TEST(Laggard, IsLeftInPeaceAfterTwoCancellations) {
  lines all{8, endless, one_lame};
  EXPECT_EQ(all.pass(10'000), 2u) << "on its new line it is as slow";
}

TEST(Laggard, IsCancelledAsOftenAsTheTermsSay) {
  laggard_terms terms;
  terms.most_per_blob = 0;
  lines never{8, endless, one_lame, terms};
  EXPECT_EQ(never.pass(1000), 0u);
  terms.most_per_blob = 5;
  lines often{8, endless, one_lame, terms};
  EXPECT_EQ(often.pass(1000), 5u);
}

TEST(Laggard, IsNamedOnce) {
  lines all{8, endless, one_lame};
  all.pass(29);
  auto named = all.watch.judge(all.at() + 10s);
  ASSERT_EQ(named, std::vector<ticket>{all.of(3)});
  EXPECT_TRUE(all.watch.judge(all.at() + 10s).empty());
  all.watch.sent(named[0], 1000, all.at() + 11s); // on its way when it was cancelled
  all.watch.end(named[0], all.at() + 11s);
  EXPECT_TRUE(all.watch.judge(all.at() + 11s).empty());
}

TEST(Laggard, WaitsAsLongAsTheWindow) {
  laggard_terms terms;
  terms.window = 120s;
  lines all{8, endless, one_lame, terms};
  EXPECT_EQ(all.pass(119), 0u);
  EXPECT_EQ(all.pass(119), 1u);
}

/// Of 8 bodies one has a tenth of the others' 10 MB/s: after 100 s 100 MB of it have left.
std::size_t named_of(std::uint64_t length, std::uint64_t after) {
  laggard_watch watch;
  laggard_watch::moment now{};
  for (ticket i = 0; i < 8; ++i)
    watch.begin(i, {std::to_string(i), i == 0 ? length : endless, i == 0 ? after : 0}, now);
  for (std::uint64_t s = 1; s <= 100; ++s) {
    now += 1s;
    for (ticket i = 0; i < 8; ++i)
      watch.sent(i, i == 0 ? s * mb : s * 10 * mb, now);
  }
  return watch.judge(now).size();
}

TEST(Laggard, IsCancelledOnlyWhereThatIsMuchFaster) {
  // With L MB in all, L - 100 s are left; from the start L / 10 + 5 s, and that must be half of it
  // at most: L - 100 > L / 5 + 10, so L > 137.5.
  const struct {
    std::uint64_t length, after;
    std::size_t named;
  } cases[] = {{138, 0, 1}, {1000, 0, 1}, {101, 37, 1}, {110, 1000, 1}, {137, 0, 0},
               {101, 0, 0}, {100, 0, 0},  {110, 27, 0}, {100, 37, 0},   {99, 0, 0}};
  for (const auto& c : cases)
    EXPECT_EQ(named_of(c.length * mb, c.after * mb), c.named) << c.length << " + " << c.after;
}

TEST(Laggard, IsNoneThatWaitsForBandwidth) {
  lines all{8, endless, one_lame};
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(all.pass(10), 0u);
    all.watch.held_back(all.of(3), all.at());
  }
  EXPECT_EQ(all.pass(59), 1u);
}

TEST(Laggard, IsNoneWhileAllWaitForBandwidth) {
  lines all{8, endless, one_lame};
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(all.pass(10), 0u);
    all.watch.held_back(all.at());
  }
  EXPECT_EQ(all.pass(59), 1u);
}

TEST(Laggard, IsYoungAgainWhenItsBodyIsSentAgain) {
  laggard_watch watch;
  laggard_watch::moment now{};
  for (ticket i = 0; i < 8; ++i)
    watch.begin(i, {std::to_string(i), endless, 0}, now);
  for (std::uint64_t s = 1; s <= 200; ++s) {
    now += 1s;
    for (ticket i = 0; i < 8; ++i)
      watch.sent(i, i == 0 ? s % 20 * 1000 : s * 10 * mb, now); // a redirect every 20 s
    EXPECT_TRUE(watch.judge(now).empty());
  }
}

TEST(Laggard, OfAnUnknownTicketIsNothing) {
  laggard_watch watch;
  const auto now = laggard_watch::moment{} + 1s;
  watch.sent(7, 1, now);
  watch.held_back(7, now);
  watch.held_back(now);
  watch.end(7, now);
  EXPECT_TRUE(watch.judge(now).empty());
  watch.begin(7, {"blob", 10, 0}, now);
  watch.begin(7, {"blob", 10, 0}, now); // anew
  watch.end(7, now);
  watch.end(7, now);
  EXPECT_TRUE(watch.judge(now + 1h).empty());
}

} // namespace
} // namespace flotilla::protocol
