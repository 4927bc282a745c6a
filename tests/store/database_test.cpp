#include "store/database.hpp"

#include "tests/support/as_nobody.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sys/wait.h>
#include <unistd.h>

namespace flotilla::store {
namespace {

namespace fs = std::filesystem;
using testing::AnyOf;
using testing::HasSubstr;

/// What SQLite said; empty when nothing went wrong.
std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const database_error& error) {
    return error.what();
  }
  return {};
}

double number(database& in, const std::string& sql) {
  statement query{in, sql};
  return query.next() ? query.number(0) : -1;
}

TEST(Database, IsMadeAndOpenedAgain) {
  const test::temp_dir dir;
  {
    database made{dir / "x.db"};
    made.run("CREATE TABLE t (n REAL)");
    statement insert{made, "INSERT INTO t VALUES (?)"};
    insert.bind(2.5);
    EXPECT_FALSE(insert.next());
  }
  database again{dir / "x.db"};
  EXPECT_EQ(number(again, "SELECT n FROM t"), 2.5);
  EXPECT_EQ(number(again, "PRAGMA user_version"), 1);
}

TEST(Database, OfANewerFlotillaIsRefusedAndLeftAlone) {
  const test::temp_dir dir;
  {
    database made{dir / "x.db"};
    made.run("PRAGMA user_version=7");
  }
  EXPECT_THAT(error_of([&] { database newer{dir / "x.db"}; }),
              testing::AllOf(HasSubstr("newer Flotilla"), HasSubstr("schema 7")));
  EXPECT_THAT(error_of([&] { database newer{dir / "x.db"}; }), HasSubstr("schema 7"));
}

TEST(Database, IsNoOtherFile) {
  const test::temp_dir dir;
  std::ofstream{dir / "text"} << std::string(10'000, 'x');
  std::ofstream{dir / "short"} << "SQLite format 3";
  fs::create_directory(dir / "directory");
  for (const char* name : {"text", "short", "directory"}) {
    SCOPED_TRACE(name);
    EXPECT_NE(error_of([&] { database opened{dir / name}; }), "");
  }
  EXPECT_NE(error_of([&] { database opened{dir / "no/such/folder/x.db"}; }), "");
}

TEST(Database, ThatIsDamagedIsRefused) {
  const test::temp_dir dir;
  { database made{dir / "x.db"}; }
  std::fstream file{dir / "x.db", std::ios::in | std::ios::out | std::ios::binary};
  file.seekp(100); // the first page's own header
  file << std::string(2'000, '\xFF');
  file.close();
  EXPECT_NE(error_of([&] {
              database opened{dir / "x.db"};
              opened.run("SELECT * FROM registry_profile");
            }),
            "");
}

TEST(Database, InADirectoryThatIsNotOursIsRefused) {
  const test::temp_dir dir;
  fs::permissions(dir.path(),
                  fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
  EXPECT_THAT(test::as_nobody([&] { return error_of([&] { database made{dir / "x.db"}; }); }),
              HasSubstr("unable to open"));
  { database made{dir / "y.db"}; }
  EXPECT_THAT(test::as_nobody([&] { return error_of([&] { database opened{dir / "y.db"}; }); }),
              AnyOf(HasSubstr("readonly"), HasSubstr("unable to open")));
}

TEST(Database, IsSharedByTwoHandles) {
  const test::temp_dir dir;
  database one{dir / "x.db"};
  database two{dir / "x.db"};
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
  {
    database made{path};
    made.run("CREATE TABLE t (n REAL)");
  }
  for (int i = 0; i < processes; ++i)
    if (::fork() == 0) {
      const auto error = error_of([&] {
        database mine{path};
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
  database opened{path};
  EXPECT_EQ(number(opened, "SELECT count(*) FROM t"), processes * rows);
}

TEST(Database, IsMadeOnceByManyAtOnce) {
  const test::temp_dir dir;
  for (int i = 0; i < 8; ++i)
    if (::fork() == 0)
      ::_exit(error_of([&] { database mine{dir / "x.db"}; }).empty() ? 0 : 1);
  for (int i = 0; i < 8; ++i) {
    int status = -1;
    ::wait(&status);
    EXPECT_EQ(status, 0);
  }
}

TEST(Statement, SaysWhatSqliteDoesNotLike) {
  const test::temp_dir dir;
  database opened{dir / "x.db"};
  EXPECT_THAT(error_of([&] { opened.run("NONSENSE"); }), HasSubstr("NONSENSE"));
  EXPECT_THAT(error_of([&] { statement wrong(opened, "SELECT * FROM nowhere"); }),
              HasSubstr("nowhere"));
  EXPECT_NE(error_of([&] {
              statement query(opened, "SELECT ?");
              query.bind("a").bind("one too many");
            }),
            "");
}

} // namespace
} // namespace flotilla::store
