#pragma once

#include <cstddef>
#include <string>
#include <sys/types.h>

namespace flotilla::sources {

/// A file opened for reading, and closed with this object. Opening does not wait for a pipe's
/// writer; ask `is_regular` before reading.
class open_file {
public:
  explicit open_file(const std::string& path);
  ~open_file();
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;

  /// Whether it could be opened; errno has the reason just after the constructor.
  explicit operator bool() const noexcept {
    return fd_ >= 0;
  }
  bool is_regular() const noexcept;
  /// read(2), begun again after a signal.
  ssize_t read(char* to, std::size_t length) const noexcept;

private:
  int fd_;
};

} // namespace flotilla::sources
