#pragma once

#include <sqlite3.h>

#include <stdexcept>
#include <string>

namespace flotilla::store {

/// Runs SQL on a file without any code of ours between.
/// @returns the first column of the rows, each followed by a newline
/// @throws std::runtime_error
inline std::string raw_sql(const std::string& path, const std::string& sql) {
  sqlite3* file = nullptr;
  std::string rows;
  const auto keep = [](void* to, int, char** values, char**) {
    static_cast<std::string*>(to)->append(values[0] != nullptr ? values[0] : "").append("\n");
    return 0;
  };
  auto code = sqlite3_open(path.c_str(), &file);
  if (code == SQLITE_OK)
    code = sqlite3_exec(file, sql.c_str(), keep, &rows, nullptr);
  const std::string words = sqlite3_errmsg(file);
  sqlite3_close(file);
  if (code != SQLITE_OK)
    throw std::runtime_error{path + ": " + sql + ": " + words};
  return rows;
}

} // namespace flotilla::store
