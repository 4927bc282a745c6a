#include "sources/file_mark.hpp"

#include <sys/stat.h>

namespace flotilla::sources {

file_mark mark_of(const std::string& path) {
  constexpr std::int64_t nanoseconds = 1'000'000'000;
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0)
    return {path, 0, 0, 0};
  return {path, found.st_ino, static_cast<std::uint64_t>(found.st_size),
          found.st_mtim.tv_sec * nanoseconds + found.st_mtim.tv_nsec};
}

} // namespace flotilla::sources
