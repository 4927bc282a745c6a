#include "tests/store/watched_files.hpp"

#include <sqlite3.h>

#include <filesystem>
#include <map>
#include <utility>

namespace flotilla::store {
namespace {

namespace fs = std::filesystem;

/// An open file: logs and databases have methods of their own.
struct watched {
  fs::path path;
  bool syncs_directory = false; ///< a log or journal that was made: at its first sync
  const sqlite3_io_methods* real = nullptr;
  sqlite3_io_methods methods{};
};

/// SQLite calls plain functions, so this is one a process.
struct {
  fs::path durable_dir;
  std::function<void()> before_event;
  sqlite3_vfs* real = nullptr;
  sqlite3_vfs watching{};
  std::map<sqlite3_file*, watched> open;
} all;

void sync_directory(const fs::path& dir) {
  for (const auto& kept : fs::directory_iterator{all.durable_dir})
    if (!fs::exists(dir / kept.path().filename()))
      fs::remove(kept.path());
}

int sync(sqlite3_file* handle, int) {
  all.before_event();
  auto& file = all.open.at(handle);
  fs::copy_file(file.path, all.durable_dir / file.path.filename(),
                fs::copy_options::overwrite_existing);
  if (std::exchange(file.syncs_directory, false))
    sync_directory(file.path.parent_path());
  return SQLITE_OK;
}

int write(sqlite3_file* handle, const void* data, int size, sqlite3_int64 offset) {
  const auto* real = all.open.at(handle).real;
  real->xWrite(handle, data, size / 2, offset);
  all.before_event();
  return real->xWrite(handle, data, size, offset);
}

int truncate(sqlite3_file* handle, sqlite3_int64 size) {
  all.before_event();
  return all.open.at(handle).real->xTruncate(handle, size);
}

int close(sqlite3_file* handle) {
  const auto* real = all.open.at(handle).real;
  all.open.erase(handle);
  return real->xClose(handle);
}

int remove(sqlite3_vfs*, const char* path, int sync_dir) {
  all.before_event();
  const auto code = all.real->xDelete(all.real, path, 0);
  if (sync_dir != 0)
    sync_directory(fs::path{path}.parent_path());
  return code;
}

int open(sqlite3_vfs*, const char* path, sqlite3_file* handle, int flags, int* out_flags) {
  constexpr int logs = SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;
  const bool made = path != nullptr && !fs::exists(path);
  const auto code = all.real->xOpen(all.real, path, handle, flags, out_flags);
  if (code != SQLITE_OK || path == nullptr)
    return code;
  auto& file = all.open[handle]
    = {path, made && (flags & logs) != 0, handle->pMethods, *handle->pMethods};
  file.methods.xSync = sync;
  file.methods.xWrite = write;
  file.methods.xTruncate = truncate;
  file.methods.xClose = close;
  handle->pMethods = &file.methods;
  return code;
}

} // namespace

void watch_files(const std::string& durable_dir, std::function<void()> before_event) {
  all.durable_dir = durable_dir;
  all.before_event = std::move(before_event);
  all.real = sqlite3_vfs_find(nullptr);
  all.watching = *all.real;
  all.watching.zName = "watching";
  all.watching.xOpen = open;
  all.watching.xDelete = remove;
  sqlite3_vfs_register(&all.watching, 1);
}

} // namespace flotilla::store
