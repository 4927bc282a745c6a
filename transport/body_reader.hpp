#pragma once

#include "protocol/http.hpp"
#include "transport/unique_fd.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include <sys/stat.h>

namespace flotilla::transport {

/// The bytes of a request's body, from a file or from memory, read front to back and again from any
/// point. Watches that the file stays what was planned: the last bytes are handed out only if its
/// size and time of change are still those seen when it was opened, so a file that changes while it
/// is sent never makes a complete request.
class body_reader {
public:
  /// Opens the file, if the body is in one.
  /// @param request must outlive the reader, in its place
  /// @returns errc::source_invalid when the file cannot be read, is no regular file or has another
  ///          size than `file_size`; errc::unavailable when descriptors or memory ran out;
  ///          errc::internal when the slice reaches beyond `file_size`.
  static protocol::result<body_reader> open(const protocol::http_request& request);

  std::uint64_t length() const noexcept {
    return length_;
  }
  std::uint64_t position() const noexcept {
    return position_;
  }
  std::uint64_t remaining() const noexcept {
    return length_ - position_;
  }

  /// Reads the next bytes, as many as fit.
  /// @returns how many; none when the file failed: `error` says how.
  std::optional<std::size_t> read(char* to, std::size_t room);

  /// Sends the next bytes from the page cache to a socket that does not block, without a copy. What
  /// is not in memory is left to `read`, which measures the disk, and so is the end of the body,
  /// which is handed out only after a last look at the file.
  /// @returns how many bytes the socket took, at most 1 MiB; 0: `read` has to go on.
  std::uint64_t send_cached(int socket);

  /// @returns false when `position` lies beyond the end.
  bool seek(std::uint64_t position) noexcept;

  /// Empty as long as all went well.
  const std::optional<protocol::failure>& error() const noexcept {
    return error_;
  }
  /// Time spent in reading the file, all in all.
  std::chrono::nanoseconds disk_time() const noexcept {
    return disk_time_;
  }

private:
  explicit body_reader(const protocol::http_request& request);

  std::optional<protocol::failure> open_file();
  std::optional<std::size_t> read_file(char* to, std::size_t room);
  bool is_cached(std::uint64_t at) const;
  bool unchanged();
  std::nullopt_t fail(const std::string& what);

  const protocol::file_slice* file_; ///< null: the body is in memory
  std::string_view content_;
  std::uint64_t length_;
  std::uint64_t position_ = 0;
  unique_fd fd_;
  struct stat opened_ {};
  std::chrono::nanoseconds disk_time_{0};
  std::optional<protocol::failure> error_;
};

} // namespace flotilla::transport
