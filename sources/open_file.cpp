#include "sources/open_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace flotilla::sources {

open_file::open_file(const std::string& path)
  : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
}

open_file::~open_file() {
  if (fd_ >= 0)
    ::close(fd_);
}

bool open_file::is_regular() const noexcept {
  return size().has_value();
}

std::optional<std::uint64_t> open_file::size() const noexcept {
  struct stat found = {};
  if (::fstat(fd_, &found) != 0 || !S_ISREG(found.st_mode))
    return std::nullopt;
  return static_cast<std::uint64_t>(found.st_size);
}

ssize_t open_file::read(char* to, std::size_t length) const noexcept {
  ssize_t got = 0;
  do
    got = ::read(fd_, to, length);
  while (got < 0 && errno == EINTR);
  return got;
}

ssize_t open_file::read_at(std::uint64_t offset, char* to, std::size_t length) const noexcept {
  ssize_t got = 0;
  do
    got = ::pread(fd_, to, length, static_cast<off_t>(offset));
  while (got < 0 && errno == EINTR);
  return got;
}

} // namespace flotilla::sources
