#include "store/database.hpp"

#include "store/statement.hpp"
#include "store/transaction.hpp"
#include "tests/store/error_of.hpp"
#include "tests/store/raw_sql.hpp"
#include "tests/store/read_only.hpp"
#include "tests/support/as_nobody.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace flotilla::store {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

const migration_list none;
const migration_list two_steps{"CREATE TABLE t (n REAL)",
                               "ALTER TABLE t ADD COLUMN m REAL DEFAULT 8"};

/// A file for several processes, without tables.
database shared(const std::string& path) {
  return {path, none, access::shared};
}

double number(database& in, const std::string& sql) {
  statement query{in, sql};
  return query.next() ? query.number(0) : -1;
}

TEST(Database, IsMadeAndOpenedAgain) {
  const test::temp_dir dir;
  for (auto who : {access::shared, access::alone}) {
    const auto path = dir / (who == access::shared ? "shared.db" : "alone.db");
    {
      database made{path, two_steps, who};
      statement insert{made, "INSERT INTO t (n) VALUES (?)"};
      insert.bind(2.5);
      EXPECT_FALSE(insert.next());
      EXPECT_EQ(made.changes(), 1);
    }
    database again{path, two_steps, who};
    EXPECT_EQ(number(again, "SELECT n FROM t"), 2.5);
    EXPECT_EQ(number(again, "PRAGMA user_version"), 2);
    EXPECT_EQ(again.path(), path);
  }
}

TEST(Database, OfAnyOlderVersionIsBroughtUpToOurs) {
  const test::temp_dir dir;
  raw_sql(dir / "0.db", "PRAGMA user_version=0");
  raw_sql(dir / "1.db", "CREATE TABLE t (n REAL); INSERT INTO t VALUES (3); PRAGMA user_version=1");
  raw_sql(dir / "2.db", "CREATE TABLE t (n REAL, m REAL DEFAULT 8); PRAGMA user_version=2");
  for (const char* name : {"0.db", "1.db", "2.db"}) {
    SCOPED_TRACE(name);
    { const database opened{dir / name, two_steps, access::alone}; }
    EXPECT_EQ(raw_sql(dir / name, "PRAGMA user_version"), "2\n");
    EXPECT_EQ(raw_sql(dir / name, "SELECT name FROM pragma_table_info('t')"), "n\nm\n");
  }
  EXPECT_EQ(raw_sql(dir / "1.db", "SELECT m FROM t WHERE n = 3"), "8.0\n");
}

TEST(Database, IsNotHalfMigrated) {
  const test::temp_dir dir;
  const migration_list wrong{two_steps[0], "CREATE TABLE u (n REAL)", "NONSENSE"};
  raw_sql(dir / "x.db", "CREATE TABLE t (n REAL); PRAGMA user_version=1");
  EXPECT_EQ(trouble_of([&] {
              const database opened{dir / "x.db", wrong, access::alone};
            }),
            trouble::foreign);
  EXPECT_EQ(raw_sql(dir / "x.db", "PRAGMA user_version"), "1\n");
  EXPECT_EQ(raw_sql(dir / "x.db", "SELECT name FROM sqlite_schema"), "t\n");
}

TEST(Database, OfANewerFlotillaIsRefusedAndLeftAlone) {
  const test::temp_dir dir;
  raw_sql(dir / "x.db", "PRAGMA user_version=7");
  for (int i = 0; i < 2; ++i)
    for (auto who : {access::shared, access::alone}) {
      const auto error = thrown_by([&] { const database newer{dir / "x.db", two_steps, who}; });
      ASSERT_TRUE(error);
      EXPECT_EQ(error->kind(), trouble::newer);
      EXPECT_THAT(error->what(), AllOf(HasSubstr(dir / "x.db"), HasSubstr("schema 7"),
                                       HasSubstr("newer Flotilla"), HasSubstr("knows 2")));
    }
  EXPECT_EQ(raw_sql(dir / "x.db", "PRAGMA journal_mode"), "delete\n") << "ours would be wal";
}

TEST(Database, IsNoOtherFile) {
  const test::temp_dir dir;
  std::ofstream{dir / "text"} << std::string(10'000, 'x');
  std::ofstream{dir / "short"} << "SQLite format 3";
  fs::create_directory(dir / "directory");
  ASSERT_EQ(::mkfifo((dir / "pipe").c_str(), 0600), 0);
  for (auto who : {access::shared, access::alone}) {
    for (const char* name : {"text", "short"})
      EXPECT_EQ(trouble_of([&] {
                  const database opened{dir / name, none, who};
                }),
                trouble::damaged)
        << name;
    for (const char* name : {"directory", "pipe", "no/such/folder/x.db"})
      EXPECT_EQ(trouble_of([&] {
                  const database opened{dir / name, none, who};
                }),
                trouble::other)
        << name;
  }
  EXPECT_THAT(error_of([&] { shared(dir / "directory"); }), HasSubstr("not a file"));
  EXPECT_THAT(error_of([&] { shared(dir / "no/such/folder/x.db"); }),
              HasSubstr("No such file or directory"));
}

TEST(Database, ThatIsDamagedIsRefused) {
  const test::temp_dir dir;
  raw_sql(dir / "x.db", "CREATE TABLE t (n REAL)");
  std::fstream file{dir / "x.db", std::ios::in | std::ios::out | std::ios::binary};
  file.seekp(100); // the first page's own header
  file << std::string(2'000, '\xFF');
  file.close();
  for (auto who : {access::shared, access::alone})
    EXPECT_EQ(trouble_of([&] {
                database opened{dir / "x.db", none, who};
                opened.run("SELECT * FROM t");
              }),
              trouble::damaged);
}

TEST(Database, InADirectoryThatIsNotOursIsRefused) {
  const test::temp_dir dir;
  { shared(dir / "y.db"); }
  fs::permissions(dir / "y.db", fs::perms{0444});
  fs::permissions(dir.path(), read_only);
  for (const char* name : {"x.db", "y.db"})
    EXPECT_THAT(test::as_nobody([&] { return error_of([&] { shared(dir / name); }); }),
                AllOf(HasSubstr("read-only"), HasSubstr(dir / name)));
  fs::permissions(dir.path(), fs::perms::owner_all);
}

TEST(Database, IsForOneAloneWhereItSaysSo) {
  const test::temp_dir dir;
  const database mine{dir / "x.db", two_steps, access::alone};
  EXPECT_THROW(raw_sql(dir / "x.db", "SELECT * FROM t"), std::runtime_error);
  EXPECT_FALSE(fs::exists(dir / "x.db-shm")) << "no file system need share memory";
}

TEST(Database, IsSharedByTwoHandles) {
  const test::temp_dir dir;
  auto one = shared(dir / "x.db");
  auto two = shared(dir / "x.db");
  one.run("CREATE TABLE t (n REAL); INSERT INTO t VALUES (1)");
  EXPECT_EQ(number(two, "SELECT count(*) FROM t"), 1);
  one.run("BEGIN; INSERT INTO t VALUES (2)");
  EXPECT_EQ(number(two, "SELECT count(*) FROM t"), 1) << "a reader does not wait for a writer";
  one.run("COMMIT");
  EXPECT_EQ(number(two, "SELECT count(*) FROM t"), 2);
}

TEST(Database, IsSharedByProcesses) {
  constexpr int processes = 4, rows = 50;
  const test::temp_dir dir;
  const auto path = dir / "x.db";
  shared(path).run("CREATE TABLE t (n REAL)");
  for (int i = 0; i < processes; ++i)
    if (::fork() == 0) {
      const auto error = error_of([&] {
        auto mine = shared(path);
        for (int row = 0; row < rows; ++row)
          mine.run("INSERT INTO t VALUES (1)");
      });
      ::_exit(error.empty() ? 0 : 1);
    }
  for (int i = 0; i < processes; ++i) {
    int status = -1;
    ::wait(&status);
    EXPECT_EQ(status, 0);
  }
  auto opened = shared(path);
  EXPECT_EQ(number(opened, "SELECT count(*) FROM t"), processes * rows);
}

TEST(Database, IsMadeOnceByManyAtOnce) {
  const test::temp_dir dir;
  for (int i = 0; i < 8; ++i)
    if (::fork() == 0)
      ::_exit(error_of([&] {
                const database mine{dir / "x.db", two_steps, access::shared};
              }).empty()
                ? 0
                : 1);
  for (int i = 0; i < 8; ++i) {
    int status = -1;
    ::wait(&status);
    EXPECT_EQ(status, 0);
  }
}

TEST(Transaction, IsTakenBackUnlessCommitted) {
  const test::temp_dir dir;
  auto opened = shared(dir / "x.db");
  opened.run("CREATE TABLE t (n REAL UNIQUE)");
  const auto insert = [&](double n, bool commit) {
    transaction change{opened, n < 5 ? lasting::yes : lasting::no};
    statement{opened, "INSERT INTO t VALUES (?)"}.bind(n).next();
    if (commit)
      change.commit();
  };
  insert(1, true);
  insert(2, false);
  insert(6, true);
  EXPECT_NE(error_of([&] { insert(1, true); }), "");
  insert(7, true);
  EXPECT_EQ(raw_sql(dir / "x.db", "SELECT n FROM t ORDER BY n"), "1.0\n6.0\n7.0\n");
}

TEST(Transaction, DoesNotNest) {
  const test::temp_dir dir;
  auto opened = shared(dir / "x.db");
  transaction outer{opened, lasting::no};
  EXPECT_NE(error_of([&] { const transaction inner{opened, lasting::no}; }), "");
  outer.commit();
}

} // namespace
} // namespace flotilla::store
