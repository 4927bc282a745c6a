#pragma once

#include <memory>
#include <stdexcept>
#include <string>

struct sqlite3;
struct sqlite3_stmt;

namespace flotilla::store {

/// What SQLite says when it cannot do something. Does not leave this floor.
class database_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// One SQLite file: WAL, so that readers and one writer do not wait for each other; waits up to
/// five seconds for another process. Not thread safe: one owner.
class database {
public:
  /// Opens or makes the file, checks it, and brings it to our schema.
  /// @throws database_error: it cannot be opened or written, is damaged, or comes from a newer
  ///         Flotilla.
  explicit database(const std::string& path);

  /// Runs statements that answer nothing. @throws database_error
  void run(const std::string& sql);

private:
  friend class statement;

  void migrate();

  struct close {
    void operator()(sqlite3* handle) const noexcept;
  };
  std::unique_ptr<sqlite3, close> handle_;
};

/// One prepared statement with its bound values.
class statement {
public:
  /// @throws database_error
  statement(database& in, const std::string& sql);

  /// Binds the next parameter, from left to right. @throws database_error
  statement& bind(const std::string& text);
  statement& bind(double number);

  /// Goes to the next row. @returns false after the last. @throws database_error
  bool next();
  double number(int column) const;

private:
  struct finalize {
    void operator()(sqlite3_stmt* handle) const noexcept;
  };
  database& in_;
  std::unique_ptr<sqlite3_stmt, finalize> handle_;
  int bound_ = 0;
};

} // namespace flotilla::store
