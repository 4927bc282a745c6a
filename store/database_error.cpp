#include "store/database_error.hpp"

#include <cerrno>

namespace flotilla::store {

trouble trouble_behind(int reason) noexcept {
  switch (reason) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return trouble::full;
    case EACCES:
    case EPERM:
    case EROFS: return trouble::read_only;
    default: return trouble::other;
  }
}

} // namespace flotilla::store
