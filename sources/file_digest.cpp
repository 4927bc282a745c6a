#include "sources/file_digest.hpp"

#include "sources/open_file.hpp"
#include "sources/wording.hpp"

#include <cerrno>
#include <vector>

namespace flotilla::sources {

protocol::result<protocol::digest> file_digest(const std::string& path) {
  open_file file{path};
  if (!file)
    return cannot_read(path, reason(errno));
  if (!file.is_regular())
    return cannot_read(path, "not a regular file");
  protocol::digester hash;
  std::vector<char> piece(1 << 20);
  for (;;) {
    auto got = file.read(piece.data(), piece.size());
    if (got < 0)
      return cannot_read(path, reason(errno));
    if (got == 0)
      return hash.finish();
    hash.update(piece.data(), static_cast<std::size_t>(got));
  }
}

} // namespace flotilla::sources
