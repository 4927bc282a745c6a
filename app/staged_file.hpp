#pragma once

#include "protocol/result.hpp"

#include <string>
#include <string_view>
#include <sys/types.h>

namespace flotilla::app {

/// A file that appears whole or not at all. It is written beside its place under a name that begins
/// with a dot, has its mode before it has a byte, and is on disk before it gets its name. Gone with
/// the object if it was not published.
class staged_file {
public:
  /// @param mode whatever the umask says
  /// @returns errc::usage with the system's reason, without a hint.
  static protocol::result<staged_file> write(const std::string& path, mode_t mode,
                                             std::string_view content);
  ~staged_file();
  staged_file(staged_file&& other) noexcept;
  staged_file& operator=(staged_file&&) = delete;

  /// Gives the file its name. @param replace whether what has that name may go
  /// @returns errc::usage when there is such a file, or the system refuses; errc::none otherwise.
  protocol::failure publish(bool replace);

private:
  staged_file(std::string path, std::string staged);

  std::string path_;
  std::string staged_; ///< empty once published
};

} // namespace flotilla::app
