#pragma once

#include <string>

namespace flotilla::store {

/// The right to be the only one: held while the object lives, and given back by the system when the
/// process dies in whatever way. The file stays, for whoever removed it would let two in.
class dir_lock {
public:
  /// Takes the lock of the file, which is made if it is not there and says who has it. Does not
  /// wait.
  /// @throws database_error: another has it (`trouble::held`; process and host are named, the
  ///         process by its number over there), or the file cannot be made or locked
  explicit dir_lock(const std::string& path);
  ~dir_lock();
  dir_lock(const dir_lock&) = delete;
  dir_lock& operator=(const dir_lock&) = delete;

private:
  int file_;
};

} // namespace flotilla::store
