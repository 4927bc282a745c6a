#include "store/dir_lock.hpp"

#include "store/database_error.hpp"

#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace flotilla::store {

namespace {

[[noreturn]] void fail(const std::string& path, int reason) {
  const bool forbidden = trouble_behind(reason) == trouble::read_only;
  throw database_error{path + ": " + (forbidden ? "it is read-only for us: " : "cannot lock it: ")
                         + std::generic_category().message(reason),
                       forbidden ? trouble::read_only : trouble::other};
}

std::string myself() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0)
    return std::to_string(::getpid());
  return std::to_string(::getpid()) + " on " + host.data();
}

/// Best effort: the lock is what counts, and the disk may be full.
void sign(int file) {
  const auto text = myself();
  if (::ftruncate(file, 0) == 0 && ::pwrite(file, text.data(), text.size(), 0) < 0)
    return;
}

std::string signature(int file) {
  std::array<char, 512> text{};
  const auto got = ::pread(file, text.data(), text.size(), 0);
  return got > 0 ? "process " + std::string(text.data(), static_cast<std::size_t>(got))
                 : "another process";
}

} // namespace

dir_lock::dir_lock(const std::string& path)
  : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR)) {
  if (file_ < 0)
    fail(path, errno);
  if (::flock(file_, LOCK_EX | LOCK_NB) == 0) {
    sign(file_);
    return;
  }
  const auto reason = errno;
  const auto holder = reason == EWOULDBLOCK ? signature(file_) : "";
  ::close(file_);
  if (reason != EWOULDBLOCK)
    fail(path, reason);
  throw database_error{path + ": " + holder + " has it", trouble::held};
}

dir_lock::~dir_lock() {
  ::close(file_);
}

} // namespace flotilla::store
