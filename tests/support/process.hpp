#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace flotilla::test {

/// A program to run, and what it finds around it.
struct command {
  std::vector<std::string> args; ///< the first is the program: a path, or a name found in PATH
  std::vector<std::pair<std::string, std::string>> env; ///< on top of ours; an empty value removes
  std::string input;     ///< what it reads from stdin; then end of file
  std::string directory; ///< where it runs; empty: here
  bool terminal = false; ///< its stderr is a terminal of 80 columns instead of a pipe
};

/// How a program ended.
struct outcome {
  int status = 0;         ///< exit code; 127: could not be run; 128 + n: ended by signal n
  bool timed_out = false; ///< killed because it took too long
  std::string out;
  std::string err;
  std::uint64_t peak_memory = 0;     ///< bytes resident
  std::chrono::microseconds cpu{0};  ///< user and system
  std::chrono::milliseconds wall{0}; ///< from start to end
};

/// A program that runs beside the test. It leads a process group of its own, dies when the thread
/// that started it ends, and is killed, group and all, by the destructor. Any thread may call.
class process {
public:
  /// @throws std::runtime_error when the system has no process or pipe left.
  explicit process(command order);
  ~process();
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  pid_t pid() const noexcept;
  /// Sends a signal to the program; nothing happens once it has ended.
  void signal(int number);
  bool ended() const;
  /// What it has written so far.
  std::string out() const;
  std::string err() const;
  /// Waits until its stdout or stderr holds `text`.
  /// @returns false when the program ended, or the time was up, without it.
  bool wait_for(std::string_view text, std::chrono::milliseconds limit = std::chrono::seconds(30));
  /// Waits for the end, kills the group when `limit` is over.
  outcome wait(std::chrono::milliseconds limit = std::chrono::seconds(60));

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// Starts the program and waits for its end.
outcome run(command order, std::chrono::milliseconds limit = std::chrono::seconds(60));

/// `run`, for preparations that must succeed.
/// @returns its stdout.
/// @throws std::runtime_error with its output when it does not exit with 0.
std::string run_or_throw(command order, std::chrono::milliseconds limit = std::chrono::seconds(60));

} // namespace flotilla::test
