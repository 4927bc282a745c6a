#include "actors/hasher.hpp"

#include "actors/errors.hpp"
#include "sources/file_digest.hpp"
#include "sources/file_mark.hpp"
#include "sources/slice_md5.hpp"

namespace flotilla::actors {

hasher_actor::behavior_type hasher(hasher_actor::pointer) {
  return {
    [](atom::hash, const std::string& path) -> caf::result<protocol::digest> {
      auto hashed = sources::file_digest(path);
      if (!hashed)
        return to_error(hashed.error());
      return *hashed;
    },
    [](atom::sum, const protocol::file_slice& part) -> caf::result<protocol::md5_sum> {
      auto summed = sources::slice_md5(part);
      if (!summed)
        return to_error(summed.error());
      return *summed;
    },
    [](atom::mark, const std::string& path) { return sources::mark_of(path); },
  };
}

} // namespace flotilla::actors
