#include "store/database.hpp"

#include "store/statement.hpp"
#include "store/transaction.hpp"
#include "store/write_ahead_log.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace flotilla::store {

namespace {

constexpr int patience_ms = 5000;
constexpr int pause_ms = 5;

/// Why a file could not be opened: SQLite, refused to make it, tries to read what is not there and
/// keeps that reason.
int reason_not_to_open(sqlite3* handle, const std::string& path) {
  const auto reason = sqlite3_system_errno(handle);
  const auto dir = std::filesystem::path{path}.parent_path();
  if (reason != ENOENT || ::access(dir.empty() ? "." : dir.c_str(), W_OK) == 0)
    return reason;
  return errno;
}

/// Why a file could not be read or written: SQLite keeps it with the file, often a log.
int reason_of_io_error(sqlite3* handle) {
  int reason = 0;
  sqlite3_file* log = nullptr;
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (log != nullptr && log->pMethods != nullptr)
    log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &reason);
  if (reason == 0)
    sqlite3_file_control(handle, "main", SQLITE_FCNTL_LAST_ERRNO, &reason);
  return reason != 0 ? reason : sqlite3_system_errno(handle);
}

/// The system's own reason, where there is one; else 0.
int system_reason(sqlite3* handle, int code, const std::string& path) {
  switch (code) {
    case SQLITE_CANTOPEN: return reason_not_to_open(handle, path);
    case SQLITE_IOERR: return reason_of_io_error(handle);
    default: return 0;
  }
}

trouble kind_of(int code, int reason) {
  switch (code) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return trouble::damaged;
    case SQLITE_ERROR: return trouble::foreign;
    case SQLITE_FULL: return trouble::full;
    case SQLITE_READONLY: return trouble::read_only;
    case SQLITE_BUSY: return trouble::held;
    default: break;
  }
  return trouble_behind(reason);
}

const char* in_words(trouble kind) {
  switch (kind) {
    case trouble::full: return "the disk is full: ";
    case trouble::read_only: return "it is read-only for us: ";
    case trouble::held: return "another process has it: ";
    default: return "";
  }
}

std::string version_words(int found, std::size_t known) {
  return "it was written by a newer Flotilla (schema " + std::to_string(found) + ", this one knows "
         + std::to_string(known) + ')';
}

int version_of(database& file) {
  statement version{file, "PRAGMA user_version"};
  version.next();
  return static_cast<int>(version.integer(0));
}

} // namespace

void database::close::operator()(sqlite3* handle) const noexcept {
  sqlite3_close(handle);
}

database::database(std::string path, const migration_list& steps, access who)
  : path_(std::move(path)) {
  if (auto damage = who == access::alone ? log_damage(path_) : ""; !damage.empty())
    throw database_error{path_ + ": " + damage, trouble::damaged};
  open();
  keep_log_when_closed(true);
  if (who == access::alone)
    run("PRAGMA locking_mode=EXCLUSIVE");
  refuse_newer(steps);
  if (who == access::alone)
    check();
  write_ahead();
  migrate(steps);
  keep_log_when_closed(false);
}

void database::open() {
  // SQLite would say that it is unable to open a directory, and would wait for a pipe's writer.
  std::error_code ignored;
  const auto found = std::filesystem::status(path_, ignored);
  if (std::filesystem::exists(found) && !std::filesystem::is_regular_file(found))
    throw database_error{path_ + ": it is not a file"};
  sqlite3* opened = nullptr;
  auto code = sqlite3_open(path_.c_str(), &opened);
  handle_.reset(opened);
  if (code != SQLITE_OK)
    fail();
  if (sqlite3_db_readonly(opened, "main") == 1)
    throw database_error{path_ + ": it is read-only for us", trouble::read_only};
  sqlite3_busy_timeout(opened, patience_ms);
}

void database::refuse_newer(const migration_list& steps) {
  if (auto found = version_of(*this); found > static_cast<int>(steps.size()))
    throw database_error{path_ + ": " + version_words(found, steps.size()), trouble::newer};
}

void database::check() {
  statement verdict{*this, "PRAGMA integrity_check(1)"};
  if (!verdict.next() || verdict.text(0) != "ok")
    throw database_error{path_ + ": it is damaged: " + verdict.text(0), trouble::damaged};
}

void database::write_ahead() {
  // The one place where SQLite has no patience of its own: two that make the same file.
  const auto* sql = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL";
  for (int waited_ms = 0; waited_ms < patience_ms; waited_ms += sqlite3_sleep(pause_ms)) {
    const auto code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
    if (code == SQLITE_OK)
      return;
    if (code != SQLITE_BUSY)
      break;
  }
  fail();
}

void database::migrate(const migration_list& steps) {
  if (version_of(*this) == static_cast<int>(steps.size()))
    return;
  transaction change{*this, lasting::yes};
  // Read again: another process may have been faster.
  for (auto version = version_of(*this); version < static_cast<int>(steps.size()); ++version)
    run(steps[static_cast<std::size_t>(version)]);
  run("PRAGMA user_version=" + std::to_string(steps.size()));
  change.commit();
}

void database::run(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    fail();
}

int database::changes() const noexcept {
  return sqlite3_changes(handle_.get());
}

void database::sync_commits(bool wanted) {
  if (wanted != syncs_commits_)
    run(wanted ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
  syncs_commits_ = wanted;
}

void database::keep_log_when_closed(bool wanted) {
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, wanted ? 1 : 0, nullptr);
}

void database::roll_back() noexcept {
  if (sqlite3_get_autocommit(handle_.get()) == 0) // SQLite may have done it itself
    sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void database::fail() {
  auto* handle = handle_.get();
  if (handle == nullptr)
    throw database_error{path_ + ": out of memory"};
  const auto code = sqlite3_errcode(handle) & 0xFF;
  const auto reason = system_reason(handle, code, path_);
  const auto kind = kind_of(code, reason);
  auto words = path_ + ": " + in_words(kind) + sqlite3_errmsg(handle);
  if (reason != 0)
    words += " (" + std::generic_category().message(reason) + ')';
  throw database_error{words, kind};
}

} // namespace flotilla::store
