#include "actors/hasher.hpp"

#include "actors/errors.hpp"
#include "sources/file_digest.hpp"

namespace flotilla::actors {

hasher_actor::behavior_type hasher(hasher_actor::pointer) {
  return {
    [](atom::hash, const std::string& path) -> caf::result<protocol::digest> {
      auto hashed = sources::file_digest(path);
      if (!hashed)
        return to_error(hashed.error());
      return *hashed;
    },
  };
}

} // namespace flotilla::actors
