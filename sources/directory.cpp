#include "sources/directory.hpp"

#include "sources/wording.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace flotilla::sources {

namespace fs = std::filesystem;

protocol::result<std::string> real_directory(const std::string& path, const confines& within) {
  if (!within.hold(path))
    return within.refusal(path);
  std::error_code error;
  auto real = fs::canonical(path, error);
  if (error == std::errc::no_such_file_or_directory)
    return invalid("no such file or directory: " + in_quotes(path));
  if (error)
    return invalid("cannot look at " + in_quotes(path) + ": " + error.message());
  if (!is_directory(real.string()))
    return invalid("not a directory: " + in_quotes(path));
  return real.string();
}

bool exists(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

bool is_directory(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

std::vector<std::string> entries(const std::string& directory, const confines& within) {
  std::vector<std::string> names;
  if (!within.hold(directory))
    return names;
  std::error_code error;
  for (fs::directory_iterator at{directory, error}, end; !error && at != end; at.increment(error))
    names.push_back(at->path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

} // namespace flotilla::sources
