#include "store/statement.hpp"

#include <sqlite3.h>

namespace flotilla::store {

void statement::finalize::operator()(sqlite3_stmt* handle) const noexcept {
  sqlite3_finalize(handle);
}

statement::statement(database& in, const std::string& sql) : in_(in) {
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(in_.handle_.get(), sql.c_str(), -1, &prepared, nullptr) != SQLITE_OK)
    in_.fail();
  handle_.reset(prepared);
}

statement& statement::bind(const std::string& text) {
  check_bound(sqlite3_bind_text64(handle_.get(), ++bound_, text.data(), text.size(),
                                  SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

statement& statement::bind(double number) {
  check_bound(sqlite3_bind_double(handle_.get(), ++bound_, number));
  return *this;
}

statement& statement::bind(std::int64_t number) {
  check_bound(sqlite3_bind_int64(handle_.get(), ++bound_, number));
  return *this;
}

statement& statement::bind_bytes(std::string_view bytes) {
  check_bound(
    sqlite3_bind_blob64(handle_.get(), ++bound_, bytes.data(), bytes.size(), SQLITE_TRANSIENT));
  return *this;
}

void statement::check_bound(int code) {
  if (code == SQLITE_OK)
    return;
  bound_ = 0;
  in_.fail();
}

bool statement::next() {
  const auto code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW)
    return true;
  struct renewal {
    statement& used;
    ~renewal() {
      used.reset();
    }
  } after_the_words_are_taken{*this};
  if (code != SQLITE_DONE)
    in_.fail();
  return false;
}

void statement::reset() noexcept {
  sqlite3_reset(handle_.get());
  sqlite3_clear_bindings(handle_.get());
  bound_ = 0;
}

double statement::number(int column) const {
  return sqlite3_column_double(handle_.get(), column);
}

std::int64_t statement::integer(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}

std::string statement::text(int column) const {
  const auto* begin = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  if (begin == nullptr)
    return {};
  return {begin, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

std::string statement::bytes(int column) const {
  const auto* begin = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
  if (begin == nullptr)
    return {};
  return {begin, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

} // namespace flotilla::store
