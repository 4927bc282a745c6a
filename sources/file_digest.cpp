#include "sources/file_digest.hpp"

#include "protocol/text.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace flotilla::sources {

namespace {

struct open_file {
  int fd;
  explicit open_file(const std::string& path) : fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  }
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;
  ~open_file() {
    if (fd >= 0)
      ::close(fd);
  }
};

protocol::failure cannot_read(const std::string& path) {
  return {protocol::errc::source_invalid,
          "cannot read " + protocol::printable(path) + ": "
            + std::generic_category().message(errno),
          {}};
}

} // namespace

protocol::result<protocol::digest> file_digest(const std::string& path) {
  open_file file{path};
  if (file.fd < 0)
    return cannot_read(path);
  protocol::digester hash;
  std::vector<char> piece(1 << 20);
  for (;;) {
    auto got = ::read(file.fd, piece.data(), piece.size());
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return cannot_read(path);
    if (got == 0)
      return hash.finish();
    hash.update(piece.data(), static_cast<std::size_t>(got));
  }
}

} // namespace flotilla::sources
