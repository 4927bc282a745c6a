#pragma once

#include "store/confirmations.hpp"
#include "store/database_error.hpp"
#include "store/dir_lock.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace flotilla::store {

/// A push as a coordinator must find it again.
struct journaled_push {
  std::string id;     ///< never empty
  std::string order;  ///< opaque text
  std::string model;  ///< digest of the top manifest; empty: not known yet
  std::string report; ///< opaque text: how it ended; empty: it has not
  bool paused = false;
  std::int64_t created = 0; ///< seconds since the epoch
};

/// What a coordinator must know after it died: its pushes, and what of each is done. One process at
/// a time has it; not thread safe.
///
/// A call that returns survives the death of the process, and one that throws has done nothing. A
/// power cut is survived, too, by all but the last confirmations: `confirm` does not wait for the
/// disk, the others do. What it takes is the end of what was written, without gaps, so no
/// confirmation is ever found with a model that it was not made for. One that is lost costs a HEAD.
///
/// All members throw database_error, with the file's path and SQLite's words; `trouble::full` may
/// pass, and the journal is of use again when it has. An id that is not there is an error, too.
class journal {
public:
  /// Opens or makes DIR/journal.db, and DIR. Holds DIR/journal.lock while it lives: a second one
  /// throws `trouble::held`, naming the process. A file that is damaged (it is read from end
  /// to end), foreign, or of a newer Flotilla is moved to DIR/journal.db.damaged-TIME (or
  /// .newer-TIME), and a new one is begun. Any other trouble leaves it in place and throws.
  explicit journal(const std::string& dir);
  ~journal();
  journal(const journal&) = delete;
  journal& operator=(const journal&) = delete;

  /// A sentence for the user when an earlier journal was lost or moved aside; else empty.
  const std::string& notice() const noexcept;

  /// @throws database_error also when the id is there already, or empty
  void begin(const journaled_push& push);
  /// Another model than before makes its confirmations be forgotten.
  void set_model(const std::string& id, const std::string& model);
  void set_paused(const std::string& id, bool paused);
  void set_order(const std::string& id, const std::string& order);
  /// All of them or none. For a blob that was confirmed before, the first `how` stays; for a push
  /// that has ended, nothing is kept.
  void confirm(const std::string& id, const std::vector<confirmed_blob>& blobs);
  /// Drops the confirmations; a second report replaces the first. @param report not empty
  void end(const std::string& id, const std::string& report);

  /// In the order in which they were begun.
  std::vector<journaled_push> pushes();
  /// Each blob once, by index.
  std::vector<confirmed_blob> confirmed(const std::string& id);

  /// Forgets all ended pushes but the `most` that were begun last.
  void keep_ended(std::size_t most);

private:
  struct file;

  std::unique_ptr<file> opened(const std::string& path);

  std::unique_ptr<dir_lock> lock_;
  std::string notice_;
  std::unique_ptr<file> file_;
};

} // namespace flotilla::store
