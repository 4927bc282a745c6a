#include "app/staged_file.hpp"

#include "protocol/text.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace flotilla::app {

using protocol::errc;
using protocol::failure;

namespace {

failure cannot_write(const std::string& path, int error) {
  return {errc::usage,
          "cannot write " + protocol::printable(path) + ": "
            + std::generic_category().message(error),
          {}};
}

bool write_all(int file, std::string_view content) {
  while (!content.empty()) {
    const auto written = ::write(file, content.data(), content.size());
    if (written < 0 && errno != EINTR)
      return false;
    content.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
  }
  return true;
}

/// @returns 0 or the error's number. Closes the file.
int fill(int file, mode_t mode, std::string_view content) {
  auto error = 0;
  if (::fchmod(file, mode) != 0 || !write_all(file, content) || ::fsync(file) != 0)
    error = errno;
  if (::close(file) != 0 && error == 0)
    error = errno;
  return error;
}

/// Not every file system can tell whether the name is taken: there it is looked up first.
int rename_to_free_name(const char* from, const char* to) {
  if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
    return 0;
  if (errno != EINVAL && errno != ENOSYS)
    return errno;
  struct stat found = {};
  if (::lstat(to, &found) == 0)
    return EEXIST;
  return ::rename(from, to) == 0 ? 0 : errno;
}

} // namespace

staged_file::staged_file(std::string path, std::string staged)
  : path_(std::move(path)), staged_(std::move(staged)) {
}

staged_file::staged_file(staged_file&& other) noexcept
  : path_(std::move(other.path_)), staged_(std::exchange(other.staged_, {})) {
}

staged_file::~staged_file() {
  if (!staged_.empty())
    ::unlink(staged_.c_str());
}

protocol::result<staged_file> staged_file::write(const std::string& path, mode_t mode,
                                                 std::string_view content) {
  const std::filesystem::path target{path};
  auto staged = (target.parent_path() / ('.' + target.filename().string() + ".XXXXXX")).string();
  const auto file = ::mkostemp(staged.data(), O_CLOEXEC);
  if (file < 0)
    return cannot_write(path, errno);
  staged_file made{path, std::move(staged)};
  if (const auto error = fill(file, mode, content); error != 0)
    return cannot_write(path, error);
  return made;
}

failure staged_file::publish(bool replace) {
  auto error = 0;
  if (!replace)
    error = rename_to_free_name(staged_.c_str(), path_.c_str());
  else if (::rename(staged_.c_str(), path_.c_str()) != 0)
    error = errno;
  if (error != 0)
    return cannot_write(path_, error);
  staged_.clear();
  return {};
}

} // namespace flotilla::app
