#include "tests/support/channel.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace flotilla::test {

namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

} // namespace

void descriptor::close() {
  if (fd_ >= 0)
    ::close(fd_);
  fd_ = -1;
}

channel make_pipe(bool child_reads) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    fail("pipe2");
  const auto ours = child_reads ? 1U : 0U;
  ::fcntl(ends[ours], F_SETFL, O_NONBLOCK);
  return {descriptor(ends[ours]), descriptor(ends[1 - ours])};
}

channel make_terminal() {
  descriptor ours(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  std::array<char, 64> name{};
  if (ours.fd() < 0 || ::grantpt(ours.fd()) != 0 || ::unlockpt(ours.fd()) != 0
      || ::ptsname_r(ours.fd(), name.data(), name.size()) != 0)
    fail("posix_openpt");
  descriptor theirs(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  const winsize size{24, 80, 0, 0};
  ::ioctl(theirs.fd(), TIOCSWINSZ, &size);
  ::fcntl(ours.fd(), F_SETFL, O_NONBLOCK);
  return {std::move(ours), std::move(theirs)};
}

} // namespace flotilla::test
