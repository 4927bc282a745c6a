#pragma once

#include <cstdint>
#include <string>

namespace flotilla::sources {

/// Tells a file from one that was changed since. Other machines, and copies, know the same content
/// by other marks: only those of one file can be compared.
struct file_mark {
  std::string path;
  std::uint64_t number = 0; ///< of the inode
  std::uint64_t size = 0;   ///< bytes
  std::int64_t changed = 0; ///< nanoseconds since the epoch

  bool contradicts(const file_mark& other) const noexcept {
    return path == other.path && number == other.number
           && (size != other.size || changed != other.changed);
  }
};

/// Of a file that cannot be looked at, the path alone. Blocks.
file_mark mark_of(const std::string& path);

template <class Inspector>
auto inspect(Inspector& f, file_mark& x) {
  return f(x.path, x.number, x.size, x.changed);
}

} // namespace flotilla::sources
