#include "store/database.hpp"

#include <sqlite3.h>

namespace flotilla::store {

namespace {

constexpr int schema_version = 1;
constexpr int patience_ms = 5000;

[[noreturn]] void fail(sqlite3* handle, const std::string& what) {
  throw database_error{what + ": "
                       + (handle == nullptr ? "out of memory" : sqlite3_errmsg(handle))};
}

} // namespace

void database::close::operator()(sqlite3* handle) const noexcept {
  sqlite3_close(handle);
}

database::database(const std::string& path) {
  sqlite3* opened = nullptr;
  auto code = sqlite3_open(path.c_str(), &opened);
  handle_.reset(opened);
  if (code != SQLITE_OK)
    fail(opened, "cannot open " + path);
  sqlite3_busy_timeout(opened, patience_ms);
  run("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;");
  migrate();
}

void database::run(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    fail(handle_.get(), "cannot run a statement");
}

void database::migrate() {
  run("BEGIN IMMEDIATE");
  statement version{*this, "PRAGMA user_version"};
  version.next();
  auto found = static_cast<int>(version.number(0));
  if (found > schema_version) {
    throw database_error{"it was written by a newer Flotilla (schema " + std::to_string(found)
                         + ", this one knows " + std::to_string(schema_version) + ')'};
  }
  if (found < 1)
    run("CREATE TABLE registry_profile ("
        "  host TEXT PRIMARY KEY,"
        "  bytes_per_second REAL NOT NULL) STRICT;");
  run("PRAGMA user_version=" + std::to_string(schema_version) + "; COMMIT");
}

void statement::finalize::operator()(sqlite3_stmt* handle) const noexcept {
  sqlite3_finalize(handle);
}

statement::statement(database& in, const std::string& sql) : in_(in) {
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(in_.handle_.get(), sql.c_str(), -1, &prepared, nullptr) != SQLITE_OK)
    fail(in_.handle_.get(), "cannot prepare a statement");
  handle_.reset(prepared);
}

statement& statement::bind(const std::string& text) {
  if (sqlite3_bind_text(handle_.get(), ++bound_, text.c_str(), -1, SQLITE_TRANSIENT) != SQLITE_OK)
    fail(in_.handle_.get(), "cannot bind a value");
  return *this;
}

statement& statement::bind(double number) {
  if (sqlite3_bind_double(handle_.get(), ++bound_, number) != SQLITE_OK)
    fail(in_.handle_.get(), "cannot bind a value");
  return *this;
}

bool statement::next() {
  switch (sqlite3_step(handle_.get())) {
    case SQLITE_ROW: return true;
    case SQLITE_DONE: return false;
    default: fail(in_.handle_.get(), "cannot run a statement");
  }
}

double statement::number(int column) const {
  return sqlite3_column_double(handle_.get(), column);
}

} // namespace flotilla::store
