#include "store/journal.hpp"

#include "store/registry_profiles.hpp"
#include "tests/store/child.hpp"
#include "tests/store/error_of.hpp"
#include "tests/store/journal_text.hpp"
#include "tests/store/raw_sql.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <random>

namespace flotilla::store {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class Journal : public testing::Test {
protected:
  void reopen() {
    kept.reset(); // the lock is ours
    kept = std::make_unique<journal>(dir / "state");
    EXPECT_EQ(kept->notice(), "");
  }

  const test::temp_dir dir;
  std::unique_ptr<journal> kept = std::make_unique<journal>(dir / "state");
};

TEST_F(Journal, IsEmptyAtFirst) {
  EXPECT_EQ(text_of(*kept), "");
  EXPECT_EQ(kept->notice(), "");
  EXPECT_EQ(fs::status(dir / "state").permissions(), fs::perms::owner_all);
  reopen();
  EXPECT_EQ(text_of(*kept), "");
}

TEST_F(Journal, LeavesADirectoryOpenThatSomebodyHasOpened) {
  const fs::perms opened{0751};
  fs::permissions(dir / "state", opened);
  reopen();
  EXPECT_EQ(fs::status(dir / "state").permissions(), opened);
}

TEST_F(Journal, FindsPushesAgainInTheOrderInWhichTheyWereBegun) {
  kept->begin({"z", "{1}", "", "", false, 300});
  kept->begin({"a", "{2}", "sha256:m", "done", true, 200});
  kept->begin({"k", "", "", "", false, -1});
  const char* all = "z {1}   running 300:\n"
                    "a {2} sha256:m done paused 200:\n"
                    "k    running -1:\n";
  EXPECT_EQ(text_of(*kept), all);
  reopen();
  EXPECT_EQ(text_of(*kept), all);
}

TEST_F(Journal, KeepsAnyText) {
  const std::string odd[] = {"'; DROP TABLE push; --", std::string{"a\0b", 3}, "\xFF\xFE",
                             "{\"a\":\n\"\\\"}", std::string(3'000'000, 'x')};
  for (const auto& text : odd)
    kept->begin({text, text, text, text, false, std::numeric_limits<std::int64_t>::max()});
  reopen();
  const auto pushes = kept->pushes();
  ASSERT_EQ(pushes.size(), std::size(odd));
  for (std::size_t i = 0; i < pushes.size(); ++i) {
    const auto& push = pushes[i];
    for (const auto* text : {&push.id, &push.order, &push.model, &push.report})
      EXPECT_TRUE(*text == odd[i]) << i;
    EXPECT_EQ(push.created, std::numeric_limits<std::int64_t>::max());
    kept->set_paused(push.id, true);
    EXPECT_TRUE(kept->confirmed(push.id).empty());
  }
}

TEST_F(Journal, FollowsAPushFromBeginToEnd) {
  kept->begin({"a", "o", "", "", false, 1});
  kept->begin({"b", "o", "", "", false, 2});
  kept->set_model("a", "m");
  kept->set_paused("a", true);
  kept->confirm("a", {{7, 2}, {0, 1}});
  kept->confirm("b", {{7, 3}});
  EXPECT_EQ(text_of(*kept), "a o m  paused 1: 0/1 7/2\nb o   running 2: 7/3\n");
  kept->set_paused("a", false);
  kept->set_order("b", "p");
  kept->end("a", "done");
  EXPECT_EQ(text_of(*kept), "a o m done running 1:\nb p   running 2: 7/3\n");
  kept->end("a", "done after all");
  reopen();
  EXPECT_EQ(text_of(*kept), "a o m done after all running 1:\nb p   running 2: 7/3\n");
}

TEST_F(Journal, KeepsEachConfirmationOnceByIndex) {
  constexpr auto last = std::numeric_limits<std::uint32_t>::max();
  kept->begin({"a", "o", "m", "", false, 1});
  kept->confirm("a", {{last, 255}, {3, 1}, {3, 2}, {0, 0}});
  kept->confirm("a", {{0, 9}, {2, 1}});
  kept->confirm("a", {});
  const char* all = "a o m  running 1: 0/0 2/1 3/1 4294967295/255\n";
  EXPECT_EQ(text_of(*kept), all);
  reopen();
  EXPECT_EQ(text_of(*kept), all);
}

TEST_F(Journal, ForgetsTheConfirmationsOfAnotherModel) {
  kept->begin({"a", "o", "", "", false, 1});
  kept->begin({"b", "o", "m", "", false, 1});
  kept->set_model("a", "m");
  kept->confirm("a", blobs(1, 3));
  kept->confirm("b", blobs(1, 2));
  kept->set_model("a", "m");
  EXPECT_EQ(kept->confirmed("a").size(), 3u) << "the same model changes nothing";
  kept->set_model("a", "n");
  reopen();
  EXPECT_EQ(text_of(*kept), "a o n  running 1:\nb o m  running 1: 1/1 2/1\n");
}

TEST_F(Journal, KeepsNoConfirmationOfAPushThatHasEnded) {
  kept->begin({"a", "o", "m", "", false, 1});
  kept->end("a", "done");
  kept->confirm("a", blobs(1, 3));
  EXPECT_EQ(text_of(*kept), "a o m done running 1:\n");
}

TEST_F(Journal, RefusesWhatItCannotMean) {
  kept->begin({"a", "o", "m", "", false, 1});
  kept->confirm("a", blobs(1, 2));
  const auto before = text_of(*kept);
  const struct {
    std::function<void()> call;
    const char* words;
  } cases[] = {
    {[&] {
       kept->begin({"a", "other", "n", "", true, 2});
     },
     "push a is in it already"},
    {[&] {
       kept->begin({"", "o", "m", "", false, 1});
     },
     "CHECK constraint"},
    {[&] { kept->set_model("nobody", "m"); }, "push nobody is not in it"},
    {[&] { kept->set_model("", "m"); }, "push without an id is not in it"},
    {[&] { kept->set_paused("nobody", true); }, "push nobody is not in it"},
    {[&] { kept->set_order("nobody", "o"); }, "push nobody is not in it"},
    {[&] { kept->confirm("nobody", blobs(1, 2)); }, "push nobody is not in it"},
    {[&] { kept->confirm("A", {}); }, "push A is not in it"},
    {[&] { kept->end("nobody", "done"); }, "push nobody is not in it"},
    {[&] { kept->end("a", ""); }, "push a cannot end without a report"},
    {[&] { kept->confirmed("nobody"); }, "push nobody is not in it"},
  };
  for (int round = 0; round < 2; ++round)
    for (const auto& test : cases)
      EXPECT_THAT(error_of(test.call), AllOf(HasSubstr(test.words), HasSubstr("journal.db")));
  EXPECT_EQ(text_of(*kept), before);
  kept->set_paused("a", true);
  reopen();
  EXPECT_EQ(text_of(*kept), "a o m  paused 1: 1/1 2/1\n");
}

TEST_F(Journal, ForgetsTheOldestOfThoseThatEnded) {
  for (const char* id : {"a", "b", "c", "d", "e"})
    kept->begin({id, "", "", "", false, 1});
  for (const char* id : {"e", "a", "c"})
    kept->end(id, "done");
  const auto ids = [&] {
    std::string all;
    for (const auto& push : kept->pushes())
      all += push.id;
    return all;
  };
  for (auto enough : {std::numeric_limits<std::size_t>::max(), std::size_t{4}, std::size_t{3}}) {
    kept->keep_ended(enough);
    EXPECT_EQ(ids(), "abcde");
  }
  kept->keep_ended(2);
  EXPECT_EQ(ids(), "bcde");
  kept->keep_ended(0);
  reopen();
  EXPECT_EQ(ids(), "bd");
  EXPECT_NE(error_of([&] { kept->confirm("a", blobs(1, 2)); }), "") << "it is forgotten";
  kept->begin({"a", "", "", "", false, 1});
  EXPECT_EQ(ids(), "bda") << "and may come again";
}

TEST_F(Journal, TakesTwentyBytesAConfirmation) {
  constexpr std::uint32_t count = 100'000;
  auto all = blobs(0, count - 1);
  std::shuffle(all.begin(), all.end(), std::mt19937{1}); // blobs come in no order
  kept->begin({"a", "o", "m", "", false, 1});
  for (auto at = all.begin(); at != all.end(); at += 1'000)
    kept->confirm("a", {at, at + 1'000});
  reopen();
  EXPECT_EQ(kept->confirmed("a").size(), count);
  EXPECT_LT(fs::file_size(dir / "state/journal.db"), 20 * count);
}

TEST_F(Journal, GivesItsRoomToTheNext) {
  const auto push = [&](const char* id) {
    kept->begin({id, "o", "m", "", false, 1});
    kept->confirm(id, blobs(0, 50'000));
    kept->end(id, "done");
    reopen();
    return fs::file_size(dir / "state/journal.db");
  };
  const auto first = push("a");
  EXPECT_LE(push("b"), first + 4'096);
}

TEST_F(Journal, IsForOneProcessAtATime) {
  const auto error = thrown_by([&] { const journal second{dir / "state"}; });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), trouble::held);
  EXPECT_THAT(error->what(), HasSubstr("process " + std::to_string(::getpid())));
  kept->begin({"a", "o", "m", "", false, 1});
  const journal elsewhere{dir / "other"};
}

TEST_F(Journal, IsFreeAgainWhenItsProcessWasKilled) {
  kept.reset();
  child other{[&](const child::say& say) {
    journal theirs{dir / "state"};
    theirs.begin({"a", "o", "m", "", false, 1});
    say("begun");
    ::pause();
  }};
  ASSERT_EQ(other.hear(), "begun");
  EXPECT_THAT(error_of([&] { const journal mine{dir / "state"}; }),
              HasSubstr("process " + std::to_string(other.pid()) + " on "));
  other.kill();
  reopen();
  EXPECT_EQ(text_of(*kept), "a o m  running 1:\n");
}

TEST_F(Journal, LiesBesideWhatWasLearnedOfRegistries) {
  registry_profiles profiles{dir / "state"};
  profiles.remember_rate("reg.example", 5);
  kept->begin({"a", "o", "m", "", false, 1});
  reopen();
  EXPECT_EQ(profiles.bytes_per_second("reg.example"), 5);
  EXPECT_EQ(text_of(*kept), "a o m  running 1:\n");
}

/// Frozen: what Flotilla 0.2 wrote. A later version must read it.
TEST_F(Journal, ReadsTheFirstSchema) {
  kept.reset();
  fs::remove(dir / "state/journal.db");
  raw_sql(
    dir / "state/journal.db",
    "CREATE TABLE push (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE CHECK (id <> ''),"
    " order_text TEXT NOT NULL, model TEXT NOT NULL, report TEXT NOT NULL,"
    " paused INTEGER NOT NULL CHECK (paused IN (0, 1)), created INTEGER NOT NULL) STRICT;"
    "CREATE TABLE confirmed (push INTEGER NOT NULL, batch INTEGER NOT NULL,"
    " blobs BLOB NOT NULL, PRIMARY KEY (push, batch)) STRICT, WITHOUT ROWID;"
    "INSERT INTO push VALUES (4, 'a', 'o', 'm', '', 1, 99), (9, 'b', 'o', '', 'r', 0, 98);"
    "INSERT INTO confirmed VALUES (4, 1, x'0600000002633dc282'), (4, 2, x'0500000001d36accb1');"
    "PRAGMA user_version=1");
  reopen();
  EXPECT_EQ(text_of(*kept), "a o m  paused 99: 5/1 6/2\nb o  r running 98:\n");
  kept->begin({"c", "", "", "", false, 1});
  EXPECT_EQ(kept->pushes().back().id, "c");
}

/// A file that was made and never came to have tables.
TEST_F(Journal, ReadsASchemaOfNoTables) {
  kept.reset();
  fs::remove(dir / "state/journal.db");
  raw_sql(dir / "state/journal.db", "PRAGMA user_version=0; VACUUM");
  reopen();
  kept->begin({"a", "o", "m", "", false, 1});
  EXPECT_EQ(text_of(*kept), "a o m  running 1:\n");
}

} // namespace
} // namespace flotilla::store
