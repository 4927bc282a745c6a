#include "sources/blob_files.hpp"

#include "sources/wording.hpp"

#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace flotilla::sources {

using protocol::blob_naming;
using protocol::digest;

namespace {

/// What is wrong with a file that is there; empty: nothing.
std::string problem_of(const std::string& path, const struct stat& found, std::uint64_t size) {
  if (S_ISDIR(found.st_mode))
    return "a directory";
  if (!S_ISREG(found.st_mode))
    return "not a regular file";
  auto length = static_cast<std::uint64_t>(found.st_size);
  if (length != size)
    return std::to_string(length) + " bytes instead of " + std::to_string(size);
  if (::access(path.c_str(), R_OK) != 0)
    return "unreadable: " + reason(errno);
  return {};
}

bool is_link(const std::string& path) {
  struct stat found = {};
  return ::lstat(path.c_str(), &found) == 0 && S_ISLNK(found.st_mode);
}

} // namespace

blob_files::blob_files(std::string root, std::vector<blob_naming> namings)
  : root_(std::move(root)), namings_(std::move(namings)) {
}

file_state blob_files::look_at(const digest& id, std::uint64_t size) const {
  for (auto naming : namings_)
    if (auto state = look_under(naming, id, size))
      return std::move(*state);
  return nothing_found(id);
}

std::string blob_files::path_of(const digest& id, blob_naming naming) const {
  return root_ + '/' + protocol::blob_file(naming, id);
}

std::optional<file_state> blob_files::look_under(blob_naming naming, const digest& id,
                                                 std::uint64_t size) const {
  auto path = path_of(id, naming);
  struct stat found = {};
  if (::stat(path.c_str(), &found) == 0)
    return file_state{naming, false, problem_of(path, found, size)};
  if (errno == ENOENT || errno == ENOTDIR)
    return std::nullopt;
  return file_state{naming, false, "unreadable: " + reason(errno)};
}

file_state blob_files::nothing_found(const digest& id) const {
  for (auto naming : namings_)
    if (is_link(path_of(id, naming)))
      return {naming, false, "a link to a file that does not exist"};
  return {namings_.front(), true, "missing"};
}

} // namespace flotilla::sources
