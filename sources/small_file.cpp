#include "sources/small_file.hpp"

#include "protocol/manifest.hpp"
#include "sources/open_file.hpp"
#include "sources/wording.hpp"

#include <cerrno>

namespace flotilla::sources {
namespace {

protocol::failure no_content(const std::string& path, int error) {
  if (error == ENOENT)
    return invalid("no such file: " + in_quotes(path));
  return cannot_read(path, reason(error));
}

} // namespace

protocol::result<std::string> read_small_file(const std::string& path, const confines& within) {
  if (!within.hold(path))
    return within.refusal(path);
  open_file file{path};
  if (!file)
    return no_content(path, errno);
  if (!file.is_regular())
    return invalid("not a regular file: " + in_quotes(path));
  std::string content;
  char piece[64 << 10];
  while (content.size() <= protocol::max_manifest_bytes) {
    auto got = file.read(piece, sizeof piece);
    if (got < 0)
      return no_content(path, errno);
    if (got == 0)
      return content;
    content.append(piece, static_cast<std::size_t>(got));
  }
  return invalid(in_quotes(path)
                 + " is larger than 4 MiB, the most that registries take as manifest");
}

} // namespace flotilla::sources
