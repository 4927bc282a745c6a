#pragma once

#include "store/database.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3_stmt;

namespace flotilla::store {

/// One prepared statement, to be used any number of times: bind, `next` until it says false, bind
/// again. Lives shorter than its database.
class statement {
public:
  /// @throws database_error
  statement(database& in, const std::string& sql);

  /// Binds the next parameter, from left to right. @throws database_error
  statement& bind(const std::string& text);
  statement& bind(double number);
  statement& bind(std::int64_t number);
  statement& bind_bytes(std::string_view bytes);

  /// Goes to the next row. @returns false after the last; the statement is then as good as new.
  /// @throws database_error; the statement is as good as new here, too
  bool next();
  /// Ends a run before its last row, and forgets what was bound.
  void reset() noexcept;

  /// Of the current row; columns count from 0.
  double number(int column) const;
  std::int64_t integer(int column) const;
  std::string text(int column) const;
  std::string bytes(int column) const;

private:
  void check_bound(int code);

  struct finalize {
    void operator()(sqlite3_stmt* handle) const noexcept;
  };
  database& in_;
  std::unique_ptr<sqlite3_stmt, finalize> handle_;
  int bound_ = 0;
};

} // namespace flotilla::store
