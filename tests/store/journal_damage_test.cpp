#include "store/journal.hpp"

#include "tests/store/child.hpp"
#include "tests/store/error_of.hpp"
#include "tests/store/journal_text.hpp"
#include "tests/store/raw_sql.hpp"
#include "tests/store/read_only.hpp"
#include "tests/support/as_nobody.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <ostream>
#include <string>

#include <sys/stat.h>

namespace flotilla::store {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using files = std::map<std::string, std::string>; ///< name, content

void put(const std::string& path, const std::string& bytes) {
  std::ofstream{path, std::ios::binary} << bytes;
}

void overwrite(const std::string& path, std::streamoff at, const std::string& bytes) {
  std::fstream{path, std::ios::in | std::ios::out | std::ios::binary}.seekp(at) << bytes;
}

/// All databases and what lies beside them with something in it.
files all_in(const std::string& dir) {
  files found;
  for (const auto& entry : fs::directory_iterator{dir}) {
    std::ifstream file{entry.path(), std::ios::binary};
    if (entry.path().extension() != ".lock" && !fs::is_empty(entry.path()))
      found[entry.path().filename()] = {std::istreambuf_iterator<char>{file}, {}};
  }
  return found;
}

/// Writes a journal of some fifty pages, and closes it.
void fill(const std::string& dir) {
  journal kept{dir};
  kept.begin({"old", "o", "m", "", false, 1});
  kept.confirm("old", blobs(0, 10'000));
}

/// Adds to it as a process does that is killed: all of that is in the log.
void add_and_die(const std::string& dir) {
  child dying{[&](const auto&) {
    journal kept{dir};
    kept.confirm("old", blobs(20'000, 30'000));
    kept.begin({"new", "o", "m", "", false, 1});
    ::_exit(0);
  }};
  EXPECT_EQ(dying.wait(), 0);
}

/// Where the notice says that the old one is.
std::string moved_to(const std::string& notice) {
  const std::string before = "moved to ";
  const auto at = notice.find(before);
  return at == std::string::npos
           ? "nowhere"
           : notice.substr(at + before.size(),
                           notice.find(' ', at + before.size()) - at - before.size());
}

struct damage {
  const char* name;
  std::function<void(const std::string& path)> done;
  const char* words;
};

const damage damages[] = {
  {"garbage", [](auto& path) { put(path, std::string(10'000, 'x')); }, "not a database"},
  {"a beginning", [](auto& path) { put(path, "SQLite format 3"); }, "not a database"},
  {"cut at a page", [](auto& path) { fs::resize_file(path, 8 * 4'096); }, "malformed"},
  {"cut within a page", [](auto& path) { fs::resize_file(path, 9 * 4'096 + 100); }, "damaged"},
  {"cut within the header", [](auto& path) { fs::resize_file(path, 60); }, "malformed"},
  {"a wrong first page", [](auto& path) { overwrite(path, 100, std::string(900, '\xFF')); }, ""},
  {"a wrong page", [](auto& path) { overwrite(path, 7 * 4'096, std::string(4'096, '\xA5')); }, ""},
  {"a page of zeros", [](auto& path) { overwrite(path, 7 * 4'096, std::string(4'096, '\0')); }, ""},
  {"a push that cannot be",
   [](auto& path) { raw_sql(path, "PRAGMA ignore_check_constraints=1; UPDATE push SET paused=7"); },
   "CHECK constraint"},
  {"a bit within a row", [](auto& path) { overwrite(path, 7 * 4'096 + 2'000, "?"); },
   "wrong checksum"},
  {"confirmations of nothing",
   [](auto& path) { raw_sql(path, "UPDATE confirmed SET blobs = x''"); }, "wrong checksum"},
  {"a garbage log", [](auto& path) { put(path + "-wal", std::string(9'000, 'x')); }, "unreadable"},
  {"no more than a log",
   [](auto& path) {
     add_and_die(fs::path{path}.parent_path());
     fs::remove(path);
   },
   "nothing that it belongs to"},
  {"an empty file and its log",
   [](auto& path) {
     add_and_die(fs::path{path}.parent_path());
     fs::resize_file(path, 0);
   },
   "nothing that it belongs to"},
  {"a wrong page and a log",
   [](auto& path) {
     add_and_die(fs::path{path}.parent_path());
     overwrite(path, 7 * 4'096, std::string(4'096, '\xA5'));
   },
   ""},
  {"tables of another",
   [](auto& path) {
     fs::remove(path);
     raw_sql(path, "PRAGMA journal_mode=WAL; CREATE TABLE registry_profile (host TEXT);"
                   "PRAGMA user_version=1");
   },
   "no such table"},
  {"tables without a version", [](auto& path) { raw_sql(path, "PRAGMA user_version=0"); },
   "already exists"},
  {"other columns", [](auto& path) { raw_sql(path, "ALTER TABLE push RENAME COLUMN model TO m"); },
   "no column named model"},
};

void PrintTo(const damage& test, std::ostream* out) {
  *out << test.name;
}

class DamagedJournal : public testing::TestWithParam<damage> {};

TEST_P(DamagedJournal, IsMovedAsideAsItIsAndANewOneBegun) {
  const test::temp_dir dir;
  fill(dir.path());
  GetParam().done(dir / "journal.db");
  const auto before = all_in(dir.path());
  std::string moved;
  {
    journal kept{dir.path()};
    EXPECT_THAT(kept.notice(), AllOf(HasSubstr(GetParam().words), HasSubstr(dir / "journal.db"),
                                     HasSubstr("new one begun")));
    EXPECT_EQ(text_of(kept), "");
    kept.begin({"new", "o", "m", "", false, 1});
    moved = moved_to(kept.notice());
  }
  files aside;
  for (const auto& [name, bytes] : all_in(dir.path()))
    if (const auto path = dir / name; path.compare(0, moved.size(), moved) == 0)
      aside["journal.db" + path.substr(moved.size())] = bytes;
  EXPECT_TRUE(aside == before) << "not a byte is lost";
  journal again{dir.path()};
  EXPECT_EQ(again.notice(), "") << "it is said once";
  EXPECT_EQ(text_of(again), "new o m  running 1:\n");
}

INSTANTIATE_TEST_SUITE_P(All, DamagedJournal, testing::ValuesIn(damages), [](const auto& test) {
  std::string name = test.param.name;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
});

TEST(JournalDamage, ReplacesNoEarlierOne) {
  const test::temp_dir dir;
  for (int i = 0; i < 10; ++i) { // within a second, mostly
    put(dir / "journal.db", "garbage " + std::to_string(i));
    EXPECT_NE(journal{dir.path()}.notice(), "");
  }
  EXPECT_EQ(all_in(dir.path()).size(), 11u);
}

TEST(JournalDamage, OfANewerFlotillaIsNone) {
  const test::temp_dir dir;
  fill(dir.path());
  add_and_die(dir.path());
  child newer{[&](const auto&) {
    sqlite3* file = nullptr;
    sqlite3_open((dir / "journal.db").c_str(), &file);
    sqlite3_exec(file, "PRAGMA user_version=99", nullptr, nullptr, nullptr);
  }};
  newer.wait();
  std::string aside;
  {
    journal kept{dir.path()};
    aside = moved_to(kept.notice());
    EXPECT_THAT(kept.notice(), AllOf(HasSubstr("newer Flotilla"), HasSubstr("schema 99"),
                                     HasSubstr("journal.db.newer-"), HasSubstr("new one begun")));
    EXPECT_EQ(text_of(kept), "");
  }
  EXPECT_EQ(raw_sql(aside, "PRAGMA user_version; SELECT count(*) FROM push"), "99\n2\n")
    << "the log went with it";
}

TEST(JournalDamage, IsNotWhatAProcessLeavesThatDies) {
  const test::temp_dir dir;
  fill(dir.path());
  add_and_die(dir.path());
  journal kept{dir.path()};
  EXPECT_EQ(kept.notice(), "");
  EXPECT_EQ(kept.pushes().size(), 2u);
  EXPECT_EQ(kept.confirmed("old").size(), 20'002u);
}

/// A power cut may tear the end of the log: what is whole before it counts.
TEST(JournalDamage, IsNotALogWithoutItsEnd) {
  const test::temp_dir dir;
  fill(dir.path());
  add_and_die(dir.path());
  const auto size = fs::file_size(dir / "journal.db-wal");
  const struct {
    const char* name;
    std::uintmax_t size;
    std::size_t pushes, confirmed;
  } cases[] = {
    {"without the last byte", size - 1, 1, 20'002}, // what `begin` wrote is the last
    {"its header alone", 32, 1, 10'001},
    {"not even that", 31, 1, 10'001},
    {"nothing", 0, 1, 10'001},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.name);
    const test::temp_dir copy;
    fs::copy(dir.path(), copy.path(),
             fs::copy_options::overwrite_existing | fs::copy_options::recursive);
    fs::resize_file(copy / "journal.db-wal", test.size);
    journal kept{copy.path()};
    EXPECT_EQ(kept.notice(), "");
    EXPECT_EQ(kept.pushes().size(), test.pushes);
    EXPECT_EQ(kept.confirmed("old").size(), test.confirmed);
  }
}

TEST(JournalDamage, OfAnEmptyFileIsSaidThoughNothingIsLeftToMove) {
  const test::temp_dir dir;
  fill(dir.path());
  fs::resize_file(dir / "journal.db", 0);
  {
    journal kept{dir.path()};
    EXPECT_THAT(kept.notice(), AllOf(HasSubstr(dir / "journal.db"), HasSubstr("is empty")));
    EXPECT_EQ(text_of(kept), "");
  }
  EXPECT_EQ(all_in(dir.path()).size(), 1u);
  EXPECT_EQ(journal{dir.path()}.notice(), "");
}

TEST(JournalDamage, IsNotSomethingElseInItsPlace) {
  const test::temp_dir dir;
  fs::create_directories(dir / "directory/journal.db/full");
  fs::create_directory(dir / "pipe");
  ASSERT_EQ(::mkfifo((dir / "pipe/journal.db").c_str(), 0600), 0);
  for (const char* name : {"directory", "pipe"}) {
    EXPECT_THAT(error_of([&] { const journal kept{dir / name}; }), HasSubstr("is not a file"));
    EXPECT_TRUE(fs::exists(dir / name + "/journal.db"));
  }
}

TEST(JournalDamage, IsNotADirectoryThatCannotBeMade) {
  const test::temp_dir dir;
  put(dir / "file", "x");
  for (const char* name : {"file", "file/below"})
    EXPECT_THAT(error_of([&] { const journal kept{dir / name}; }), HasSubstr(dir / name));
}

TEST(JournalDamage, IsNotWhatWeMayNotWrite) {
  const test::temp_dir dir;
  fill(dir.path());
  const auto before = all_in(dir.path());
  const auto open = [&] { return error_of([&] { const journal kept{dir.path()}; }); };
  fs::remove(dir / "journal.lock");
  fs::permissions(dir.path(), read_only);
  EXPECT_THAT(test::as_nobody(open), AllOf(HasSubstr("read-only"), HasSubstr(dir / "journal.lock"),
                                           HasSubstr("Permission denied")));
  fs::permissions(dir.path(), fs::perms::all);
  fs::permissions(dir / "journal.db", fs::perms{0444});
  EXPECT_THAT(test::as_nobody(open), AllOf(HasSubstr("read-only"), HasSubstr(dir / "journal.db")));
  EXPECT_TRUE(all_in(dir.path()) == before);
}

} // namespace
} // namespace flotilla::store
