#pragma once

#include "store/database_error.hpp"

#include <memory>
#include <string>
#include <vector>

struct sqlite3;

namespace flotilla::store {

/// How a file became what it is: step n (from 0) is SQL that brings version n to n + 1. A list is
/// only ever appended to, for somebody has a file of every version.
using migration_list = std::vector<const char*>;

/// Who may have the file open at the same time.
enum class access : unsigned char {
  shared, ///< other processes too; waits up to five seconds for them
  alone,  ///< nobody else. Checked from end to end when opened; needs no shared memory beside the
          ///< file, which network file systems do not have
};

/// One SQLite file in WAL mode. Not thread safe: one owner.
class database {
public:
  /// Opens or makes the file and brings it to the list's version. One that is damaged or newer is
  /// left as it is, and so is what SQLite keeps beside it.
  /// @throws database_error: it cannot be opened or written, is damaged, or is newer than the list
  database(std::string path, const migration_list& steps, access who);

  const std::string& path() const noexcept {
    return path_;
  }

  /// Runs statements that answer nothing. @throws database_error
  void run(const std::string& sql);
  /// How many rows the last INSERT, UPDATE or DELETE has touched.
  int changes() const noexcept;

private:
  friend class statement;
  friend class transaction;

  void open();
  void refuse_newer(const migration_list& steps);
  void check();
  void write_ahead();
  void migrate(const migration_list& steps);
  void sync_commits(bool wanted);
  void keep_log_when_closed(bool wanted);
  void roll_back() noexcept;
  [[noreturn]] void fail();

  struct close {
    void operator()(sqlite3* handle) const noexcept;
  };
  std::string path_;
  std::unique_ptr<sqlite3, close> handle_;
  bool syncs_commits_ = false;
};

} // namespace flotilla::store
