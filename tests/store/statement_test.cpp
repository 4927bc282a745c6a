#include "store/statement.hpp"

#include "tests/store/error_of.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace flotilla::store {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Statement : public testing::Test {
protected:
  const test::temp_dir dir_;
  database file_{
    dir_ / "x.db", {"CREATE TABLE t (n INTEGER UNIQUE, s TEXT) STRICT"}, access::alone};
};

TEST_F(Statement, TakesAndGivesBackNumbersAndText) {
  statement echo{file_, "SELECT ?, ?, ?"};
  for (auto n : {std::numeric_limits<std::int64_t>::min(), std::int64_t{0},
                 std::numeric_limits<std::int64_t>::max()})
    for (const auto& text : {std::string{}, std::string{"a\0b", 3}, std::string{"\xFF\xFE"},
                             std::string{"'; DROP TABLE t; --"}, std::string(100'000, 'x')}) {
      ASSERT_TRUE(echo.bind(n).bind(text).bind(0.1).next());
      EXPECT_EQ(echo.integer(0), n);
      EXPECT_EQ(echo.text(1), text);
      EXPECT_EQ(echo.number(2), 0.1);
      EXPECT_FALSE(echo.next());
    }
}

TEST_F(Statement, TakesAndGivesBackBytes) {
  statement echo{file_, "SELECT ?, typeof(?1)"};
  for (const auto& bytes :
       {std::string{"a\0b", 3}, std::string(1, '\0'), std::string(9'999, '\xFF')}) {
    ASSERT_TRUE(echo.bind_bytes(bytes).next());
    EXPECT_EQ(echo.bytes(0), bytes);
    EXPECT_EQ(echo.text(1), "blob");
    echo.reset();
  }
}

TEST_F(Statement, GivesNothingForNull) {
  statement query{file_, "SELECT NULL, ?"};
  ASSERT_TRUE(query.next());
  EXPECT_EQ(query.text(0), "");
  EXPECT_EQ(query.bytes(0), "");
  EXPECT_EQ(query.integer(0), 0);
  EXPECT_EQ(query.text(1), "") << "a parameter that is not bound is null";
}

TEST_F(Statement, IsUsedAgainAfterItsLastRow) {
  statement insert{file_, "INSERT INTO t VALUES (?, ?)"};
  for (std::int64_t n : {1, 2, 3})
    EXPECT_FALSE(insert.bind(n).bind("x").next());
  statement query{file_, "SELECT n FROM t WHERE n > ? ORDER BY n"};
  for (int i = 0; i < 2; ++i) {
    query.bind(std::int64_t{1});
    std::vector<std::int64_t> rows;
    while (query.next())
      rows.push_back(query.integer(0));
    EXPECT_EQ(rows, (std::vector<std::int64_t>{2, 3}));
  }
}

TEST_F(Statement, IsUsedAgainAfterAReset) {
  statement query{file_, "SELECT ? UNION ALL SELECT 'second'"};
  ASSERT_TRUE(query.bind("a").next());
  query.reset();
  ASSERT_TRUE(query.bind("b").next());
  EXPECT_EQ(query.text(0), "b");
}

TEST_F(Statement, IsUsedAgainAfterAFailure) {
  statement insert{file_, "INSERT INTO t VALUES (?, ?)"};
  insert.bind(std::int64_t{1}).bind("x").next();
  for (int i = 0; i < 2; ++i)
    EXPECT_THAT(error_of([&] { insert.bind(std::int64_t{1}).bind("y").next(); }),
                AllOf(HasSubstr("UNIQUE"), HasSubstr(dir_ / "x.db")));
  EXPECT_THAT(error_of([&] { insert.bind("no number").bind("y").next(); }), HasSubstr("INTEGER"));
  EXPECT_THAT(error_of([&] { insert.bind(1.5).bind("z").bind("one too many"); }),
              HasSubstr("out of range"));
  EXPECT_FALSE(insert.bind(std::int64_t{2}).bind("x").next());
}

TEST_F(Statement, SaysWhatSqliteDoesNotLike) {
  EXPECT_THAT(error_of([&] { file_.run("NONSENSE"); }), HasSubstr("NONSENSE"));
  EXPECT_THAT(error_of([&] { const statement wrong(file_, "SELECT * FROM nowhere"); }),
              AllOf(HasSubstr("nowhere"), HasSubstr(dir_ / "x.db")));
}

} // namespace
} // namespace flotilla::store
