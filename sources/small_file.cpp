#include "sources/small_file.hpp"

#include "protocol/manifest.hpp"
#include "sources/wording.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace flotilla::sources {
namespace {

/// Closes what it opened.
class open_file {
public:
  // Not to hang on a pipe that nobody writes to, before `is_regular` can tell.
  explicit open_file(const std::string& path)
    : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  }
  ~open_file() {
    if (fd_ >= 0)
      ::close(fd_);
  }
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;

  explicit operator bool() const noexcept {
    return fd_ >= 0;
  }
  bool is_regular() const noexcept {
    struct stat found = {};
    return ::fstat(fd_, &found) == 0 && S_ISREG(found.st_mode);
  }
  ssize_t read(char* to, std::size_t length) const noexcept {
    ssize_t got = 0;
    do
      got = ::read(fd_, to, length);
    while (got < 0 && errno == EINTR);
    return got;
  }

private:
  int fd_;
};

protocol::failure cannot_read(const std::string& path, int error) {
  if (error == ENOENT)
    return invalid("no such file: " + in_quotes(path));
  return invalid("cannot read " + in_quotes(path) + ": " + reason(error));
}

} // namespace

protocol::result<std::string> read_small_file(const std::string& path) {
  open_file file{path};
  if (!file)
    return cannot_read(path, errno);
  if (!file.is_regular())
    return invalid("not a regular file: " + in_quotes(path));
  std::string content;
  char piece[64 << 10];
  while (content.size() <= protocol::max_manifest_bytes) {
    auto got = file.read(piece, sizeof piece);
    if (got < 0)
      return cannot_read(path, errno);
    if (got == 0)
      return content;
    content.append(piece, static_cast<std::size_t>(got));
  }
  return invalid(in_quotes(path)
                 + " is larger than 4 MiB, the most that registries take as manifest");
}

} // namespace flotilla::sources
