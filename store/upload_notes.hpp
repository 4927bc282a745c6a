#pragma once

#include "store/database_error.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flotilla::store {

/// Notes on what is under way in one place, each in a file of its own, so that whoever comes after
/// us can go on. A note belongs to one process at a time, for two would spoil what they both went
/// on with; the system gives it back when the process dies in whatever way.
///
/// What was written survives the death of the process. After a power cut a note may be gone or be
/// an older one; half of one is never found.
class upload_notes {
public:
  /// @param dir is made once there is something to write
  explicit upload_notes(std::string dir);
  /// Gives all back.
  ~upload_notes();
  upload_notes(const upload_notes&) = delete;
  upload_notes& operator=(const upload_notes&) = delete;

  /// All that lie there, ours and others'. Those that were not written for so long are removed
  /// first. A directory that cannot be read has none.
  std::vector<std::string> names(std::chrono::seconds oldest) const;

  /// From now on the note is ours. @param name a file name
  /// @returns its text, empty where there was none that is whole; nothing when another process has
  ///          it
  /// @throws database_error
  std::optional<std::string> take(const std::string& name);
  bool has(const std::string& name) const;

  /// @pre the note is ours @throws database_error; then it may be gone
  void write(const std::string& name, std::string_view text);
  /// Removes the note, and gives it back.
  void remove(const std::string& name);
  /// Gives the note back as it is; one that was never written is removed.
  void give_back(const std::string& name);

private:
  struct note {
    int file = -1;
    bool written = false;
  };

  std::string path_of(const std::string& name) const;
  int opened(const std::string& name) const;

  std::string dir_;
  std::map<std::string, note> ours_; ///< by name
};

} // namespace flotilla::store
