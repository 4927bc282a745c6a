#pragma once

#include <utility>

namespace flotilla::test {

/// A file descriptor with an owner; -1 is none.
class descriptor {
public:
  explicit descriptor(int fd = -1) : fd_(fd) {
  }
  descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {
  }
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~descriptor() {
    close();
  }
  void close();
  int fd() const noexcept {
    return fd_;
  }

private:
  int fd_;
};

/// A stream between a program and whoever started it. Our end does not block; no third program
/// inherits either.
struct channel {
  descriptor ours;
  descriptor theirs;
};

/// @throws std::system_error when there is no descriptor left, as below.
channel make_pipe(bool child_reads);
/// A terminal of 24 lines and 80 columns; we are its keyboard and screen.
channel make_terminal();

} // namespace flotilla::test
