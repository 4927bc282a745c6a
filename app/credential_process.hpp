#pragma once

#include "protocol/result.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <sys/types.h>
#include <vector>

namespace flotilla::app {

/// A file descriptor that is closed with the object.
class open_file {
public:
  open_file() = default;
  explicit open_file(int fd) : fd_(fd) {
  }
  open_file(open_file&& other) noexcept;
  open_file& operator=(open_file&& other) noexcept;
  ~open_file();

  int fd() const noexcept {
    return fd_;
  }
  void close() noexcept;

private:
  int fd_ = -1; ///< -1: none
};

/// A program that was started to answer one question on its standard output. One thread.
class credential_process {
public:
  enum class ending {
    done,        ///< it ended by itself
    too_slow,    ///< it was killed: the time was up
    too_much,    ///< it was killed: it printed more than `most_output` bytes
    interrupted, ///< it was killed: a signal asks us to stop
  };

  /// Starts it, in a process group of its own, with all signals as they are by default and no open
  /// file but the three standard ones.
  /// @param words the first is the program's path
  /// @param variables its environment
  /// @param input what it reads, and then the end of it; at most 4 KiB
  /// @returns errc::usage with the system's reason
  static protocol::result<credential_process> start(std::vector<std::string> words,
                                                    std::vector<std::string> variables,
                                                    const std::string& input);
  credential_process(credential_process&& other) noexcept;
  credential_process& operator=(credential_process&&) = delete;
  ~credential_process(); ///< kills the group, if it was not waited for

  /// Reads until it has ended, which is not when its outputs close: what it left running may hold
  /// them.
  ending wait(std::chrono::milliseconds patience, std::size_t most_output);

  /// Exit code, or 128 + n when signal n ended it; 0 where the system did not keep it for us.
  int status() const noexcept {
    return status_;
  }
  const std::string& output() const noexcept {
    return output_;
  }
  /// The first 4 KiB.
  const std::string& errors() const noexcept {
    return errors_;
  }

private:
  credential_process(pid_t pid, open_file output, open_file errors);
  void look(int milliseconds);
  bool has_ended();
  ending kill(ending because);

  pid_t pid_ = 0; ///< 0: it has ended, and is gone
  open_file from_output_, from_errors_;
  open_file end_; ///< can be read once it has ended; none on old kernels
  std::string output_, errors_;
  int status_ = 0;
};

} // namespace flotilla::app
