#include "store/journal.hpp"

#include "tests/store/child.hpp"
#include "tests/store/error_of.hpp"
#include "tests/store/journal_text.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

namespace flotilla::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// How much a file may hold from now on; for this process.
void limit_files(rlim_t bytes) {
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = bytes == RLIM_INFINITY ? limit.rlim_max : bytes;
  ::setrlimit(RLIMIT_FSIZE, &limit);
  ::signal(SIGXFSZ, SIG_IGN); // the write fails then, as on a full disk
}

/// A disk of a megabyte at `dir`, for this process. @returns false where only root may mount
bool mount_small_disk(const std::string& dir) {
  return ::unshare(CLONE_NEWNS) == 0
         && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0
         && ::mount("tmpfs", dir.c_str(), "tmpfs", 0, "size=1m") == 0;
}

/// Confirms until there is no more room, makes room, and goes on.
/// @returns what went wrong; empty when nothing did
std::string fill_up(const std::string& dir, const std::function<void()>& make_room) {
  journal kept{dir};
  kept.begin({"a", "o", "m", "", false, 1});
  std::uint32_t done = 0;
  std::optional<database_error> error;
  for (; !error && done < 1'000'000; done += error ? 0 : 1'000)
    error = thrown_by([&] { kept.confirm("a", blobs(done, done + 999)); });
  if (!error || error->kind() != trouble::full)
    return "no room, and it says: " + std::string(error ? error->what() : "nothing");
  if (std::string(error->what()).find("journal.db: the disk is full: ") == std::string::npos)
    return error->what();
  if (kept.confirmed("a").size() != done)
    return "what did not fit is there, or what did is not";
  if (trouble_of([&] {
        kept.begin({"b", std::string(200'000, 'x'), "", "", false, 1});
      })
      != trouble::full)
    return "there is room for one and not for the other";
  make_room();
  kept.confirm("a", blobs(done, done + 999));
  kept.begin({"c", "", "", "", false, 1});
  if (kept.pushes().size() != 2 || kept.confirmed("a").size() != done + 1'000)
    return "it does not go on where it was";
  return {};
}

/// Nothing of it was lost, and nothing moved aside.
void expect_sound(const std::string& dir) {
  journal kept{dir};
  EXPECT_EQ(kept.notice(), "");
  EXPECT_EQ(kept.pushes().size(), 2u);
  EXPECT_EQ(kept.confirmed("a").size() % 1'000, 0u);
}

TEST(JournalDisk, ThatIsFullIsSaidAndGoneOnWithOnceThereIsRoom) {
  const test::temp_dir dir;
  child filling{[&](const child::say& say) {
    const auto ballast = dir / "ballast";
    if (!mount_small_disk(dir.path()))
      limit_files(700'000);
    std::ofstream{ballast} << std::string(400'000, 'x');
    say(fill_up(dir / "state", [&] {
      fs::remove(ballast);
      limit_files(RLIM_INFINITY);
    }));
    say("end");
  }};
  EXPECT_EQ(filling.hear(), "");
  EXPECT_EQ(filling.hear(), "end");
}

TEST(JournalDisk, ThatTakesNoLargerFileIsSaidAndGoneOnWithOnceItDoes) {
  const test::temp_dir dir;
  child filling{[&](const child::say& say) {
    limit_files(600'000);
    say(fill_up(dir.path(), [] { limit_files(RLIM_INFINITY); }));
    say("end");
  }};
  EXPECT_EQ(filling.hear(), "");
  EXPECT_EQ(filling.hear(), "end");
  filling.wait();
  expect_sound(dir.path());
}

TEST(JournalDisk, WithoutRoomForANewOneIsSaidAndNothingIsMoved) {
  const test::temp_dir dir;
  for (int i = 0; i < 3; ++i) {
    child starting{[&](const child::say& say) {
      limit_files(100);
      say(error_of([&] { const journal kept{dir.path()}; }));
    }};
    EXPECT_THAT(starting.hear(), HasSubstr("journal.db: the disk is full: "));
  }
  for (const auto& entry : fs::directory_iterator{dir.path()})
    EXPECT_EQ(entry.path().filename().string().find("damaged"), std::string::npos) << entry;
  journal kept{dir.path()};
  EXPECT_EQ(text_of(kept), "");
}

TEST(JournalDisk, ThatIsFullStillGivesWhatItHas) {
  const test::temp_dir dir;
  {
    journal kept{dir.path()};
    kept.begin({"a", "o", "m", "", false, 1});
    kept.confirm("a", blobs(1, 3));
  }
  child reading{[&](const child::say& say) {
    limit_files(0);
    journal kept{dir.path()};
    say(kept.notice() + text_of(kept));
    say(error_of([&] { kept.end("a", "done"); }));
  }};
  EXPECT_EQ(reading.hear(), "a o m  running 1: 1/1 2/1 3/1");
  EXPECT_EQ(reading.hear(), "");
  EXPECT_THAT(reading.hear(), HasSubstr("the disk is full"));
}

} // namespace
} // namespace flotilla::store
