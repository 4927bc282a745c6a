#pragma once

#include <stdexcept>
#include <string>

namespace flotilla::store {

/// What is wrong with a file of ours. Each value asks for a different reaction.
enum class trouble : unsigned char {
  other,
  damaged,   ///< not a database, torn, or its pages contradict each other
  newer,     ///< written by a newer Flotilla
  foreign,   ///< a sound database whose tables are not those its version promises
  full,      ///< no room: the disk, a quota, a limit on sizes. Room made, the same call may succeed
  read_only, ///< we may not write it
  held,      ///< another process has it
};

/// What the system's reason for a failed call (`errno`) means.
trouble trouble_behind(int reason) noexcept;

/// A sentence with the file's path and the words of SQLite or the system.
class database_error : public std::runtime_error {
public:
  explicit database_error(const std::string& words, trouble kind = trouble::other)
    : std::runtime_error(words), kind_(kind) {
  }

  trouble kind() const noexcept {
    return kind_;
  }

private:
  trouble kind_;
};

} // namespace flotilla::store
