#include "transport/body_reader.hpp"

#include "protocol/text.hpp"
#include "transport/clock.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

#include <sys/sendfile.h>
#include <sys/uio.h>

namespace flotilla::transport {

namespace {

using protocol::errc;
using protocol::failure;

/// So many bytes go to a socket at once: others wait meanwhile.
constexpr std::uint64_t most_at_once = 1 << 20;
/// A body of so few is as quickly copied.
constexpr std::uint64_t small_body = 256 << 10;
/// So many at the end of any body are read, with a last look at the file.
constexpr std::uint64_t always_read = 32 << 10;

std::string reason(int error) {
  return std::generic_category().message(error);
}

failure invalid(const std::string& path, const std::string& what) {
  return {errc::source_invalid, "`" + protocol::printable(path) + "` " + what, {}};
}

/// Descriptors and memory come back when other transfers end: the file is as good as it was.
failure cannot_open(const std::string& path, int error) {
  const auto name = "`" + protocol::printable(path) + "` cannot be opened: ";
  switch (error) {
    case EMFILE:
      return {errc::unavailable, name + "this process has no file descriptors left",
              "raise `ulimit -n`, or lower --uploads and --checks"};
    case ENFILE:
      return {errc::unavailable, name + "the system has no file descriptors left",
              "raise fs.file-max, or lower --uploads and --checks"};
    case ENOMEM:
      return {errc::unavailable, name + "the system has no memory left",
              "free some, or lower --uploads and --checks"};
    default: return invalid(path, "cannot be opened: " + reason(error));
  }
}

bool same_time(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/// Bytes of `room` that `file` had there, fewer only at its end; negative on an error.
ssize_t read_whole(int file, char* to, std::size_t room, std::uint64_t at) {
  std::size_t got = 0;
  while (got < room) {
    const auto n = ::pread(file, to + got, room - got, static_cast<off_t>(at + got));
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return -1;
    if (n == 0)
      break;
    got += static_cast<std::size_t>(n);
  }
  return static_cast<ssize_t>(got);
}

} // namespace

body_reader::body_reader(const protocol::http_request& request)
  : file_(request.file.path.empty() ? nullptr : &request.file), content_(request.content),
    length_(request.body_length()) {
}

protocol::result<body_reader> body_reader::open(const protocol::http_request& request) {
  body_reader reader{request};
  if (reader.file_ != nullptr)
    if (auto bad = reader.open_file())
      return *bad;
  return reader;
}

std::optional<failure> body_reader::open_file() {
  const auto& [path, offset, length, file_size] = *file_;
  if (offset > file_size || length > file_size - offset)
    return failure{errc::internal,
                   "a request wants bytes beyond the end of `" + protocol::printable(path) + "`",
                   {}};
  // A pipe would block here until somebody writes to it; on a file the flag has no effect.
  fd_ = unique_fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!fd_ || ::fstat(fd_.value(), &opened_) != 0)
    return cannot_open(path, errno);
  if (!S_ISREG(opened_.st_mode))
    return invalid(path, "is no regular file");
  if (static_cast<std::uint64_t>(opened_.st_size) != file_size)
    return invalid(path, "is " + std::to_string(opened_.st_size) + " bytes long instead of "
                           + std::to_string(file_size));
  ::posix_fadvise(fd_.value(), 0, 0, POSIX_FADV_SEQUENTIAL);
  return std::nullopt;
}

std::optional<std::size_t> body_reader::read(char* to, std::size_t room) {
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(room, remaining()));
  if (file_ != nullptr)
    return read_file(to, wanted);
  std::memcpy(to, content_.data() + position_, wanted);
  position_ += wanted;
  return wanted;
}

std::optional<std::size_t> body_reader::read_file(char* to, std::size_t room) {
  const auto start = clock::now();
  const auto got = read_whole(fd_.value(), to, room, file_->offset + position_);
  const auto error = errno;
  disk_time_ += clock::now() - start;
  if (got < 0)
    return fail("cannot be read: " + reason(error));
  if (static_cast<std::size_t>(got) < room)
    return fail("became shorter while it was sent");
  position_ += room;
  if (remaining() == 0 && !unchanged())
    return fail("was changed while it was sent");
  return room;
}

std::uint64_t body_reader::send_cached(int socket) {
  if (file_ == nullptr || length_ <= small_body || remaining() <= always_read)
    return 0;
  const auto wanted = std::min(remaining() - always_read, most_at_once);
  const auto first = file_->offset + position_;
  if (!is_cached(first) || !is_cached(first + wanted - 1))
    return 0;
  auto at = static_cast<off_t>(first);
  const auto sent = ::sendfile(socket, fd_.value(), &at, static_cast<std::size_t>(wanted));
  if (sent <= 0)
    return 0; // whatever is wrong with the socket or the file, the other way will tell
  position_ += static_cast<std::uint64_t>(sent);
  return static_cast<std::uint64_t>(sent);
}

bool body_reader::is_cached(std::uint64_t at) const {
  char byte = 0;
  const iovec to{&byte, 1};
  return ::preadv2(fd_.value(), &to, 1, static_cast<off_t>(at), RWF_NOWAIT) == 1;
}

bool body_reader::unchanged() {
  struct stat now {};
  return ::fstat(fd_.value(), &now) == 0 && now.st_size == opened_.st_size
         && same_time(now.st_mtim, opened_.st_mtim);
}

bool body_reader::seek(std::uint64_t position) noexcept {
  if (position > length_)
    return false;
  position_ = position;
  return true;
}

std::nullopt_t body_reader::fail(const std::string& what) {
  error_ = invalid(file_->path, what);
  error_->hint = "push again when nobody writes to it";
  return std::nullopt;
}

} // namespace flotilla::transport
