#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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
  /// Bytes of a regular file; nothing for what is none.
  std::optional<std::uint64_t> size() const noexcept;
  /// read(2), begun again after a signal.
  ssize_t read(char* to, std::size_t length) const noexcept;
  /// The same from that byte on: pread(2).
  ssize_t read_at(std::uint64_t offset, char* to, std::size_t length) const noexcept;

private:
  int fd_;
};

} // namespace flotilla::sources
