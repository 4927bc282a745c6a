#include "sources/blob_files.hpp"

#include "sources/wording.hpp"

#include <cerrno>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace flotilla::sources {

using protocol::blob_naming;
using protocol::digest;

namespace {

constexpr const char* dangling = "a link to a file that does not exist";

bool nothing_there(int error) {
  return error == ENOENT || error == ENOTDIR;
}

/// What is wrong with a file that is there; empty: nothing.
std::string problem_of(const std::string& path, const struct stat& found, std::uint64_t size) {
  if (S_ISDIR(found.st_mode))
    return "a directory";
  if (!S_ISREG(found.st_mode))
    return "not a regular file";
  auto length = static_cast<std::uint64_t>(found.st_size);
  if (length != size)
    return std::to_string(length) + " bytes instead of " + std::to_string(size);
  constexpr mode_t everybody = S_IRUSR | S_IRGRP | S_IROTH;
  if ((found.st_mode & everybody) != everybody && ::access(path.c_str(), R_OK) != 0)
    return "unreadable: " + reason(errno);
  return {};
}

/// The same of a link, and of what it leads to.
std::string problem_of_link(const std::string& path, std::uint64_t size, const confines& within) {
  if (!within.hold(path))
    return within.outside();
  struct stat found = {};
  if (::stat(path.c_str(), &found) == 0)
    return problem_of(path, found, size);
  return nothing_there(errno) ? dangling : "unreadable: " + reason(errno);
}

} // namespace

protocol::result<blob_files> blob_files::at(std::string root, std::vector<blob_naming> namings,
                                            confines within) {
  blob_files files{std::move(root), std::move(namings), std::move(within)};
  for (auto naming : files.namings_) {
    auto folder = std::filesystem::path{files.path_of({}, naming)}.parent_path().string();
    if (!files.within_.hold(folder))
      return files.within_.refusal(folder);
  }
  return files;
}

blob_files::blob_files(std::string root, std::vector<blob_naming> namings, confines within)
  : root_(std::move(root)), namings_(std::move(namings)), within_(std::move(within)) {
}

file_state blob_files::look_at(const digest& id, std::uint64_t size) const {
  file_state otherwise{namings_.front(), true, "missing"};
  for (auto naming : namings_) {
    auto state = look_under(naming, id, size);
    if (!state.missing && state.problem != dangling)
      return state;
    if (!state.missing && otherwise.missing)
      otherwise = std::move(state);
  }
  return otherwise;
}

std::string blob_files::path_of(const digest& id, blob_naming naming) const {
  return (root_ == "/" ? root_ : root_ + '/') + protocol::blob_file(naming, id);
}

file_state blob_files::look_under(blob_naming naming, const digest& id, std::uint64_t size) const {
  auto path = path_of(id, naming);
  struct stat found = {};
  if (::lstat(path.c_str(), &found) != 0)
    return nothing_there(errno) ? file_state{naming, true, "missing"}
                                : file_state{naming, false, "unreadable: " + reason(errno)};
  if (S_ISLNK(found.st_mode))
    return {naming, false, problem_of_link(path, size, within_)};
  return {naming, false, problem_of(path, found, size)};
}

} // namespace flotilla::sources
