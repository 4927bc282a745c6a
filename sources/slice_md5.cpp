#include "sources/slice_md5.hpp"

#include "sources/open_file.hpp"
#include "sources/wording.hpp"

#include <algorithm>
#include <cerrno>
#include <vector>

namespace flotilla::sources {

namespace {

constexpr std::uint64_t piece_size = 1 << 20;

} // namespace

protocol::result<protocol::md5_sum> slice_md5(const protocol::file_slice& part) {
  const auto& [path, offset, length, planned] = part;
  open_file file{path};
  if (!file)
    return cannot_read(path, reason(errno));
  const auto size = file.size();
  if (!size)
    return cannot_read(path, "not a regular file");
  if (*size != planned)
    return invalid(in_quotes(path) + " has " + std::to_string(*size) + " bytes, not "
                   + std::to_string(planned) + " as it should");
  if (offset > planned || length > planned - offset)
    return cannot_read(path, "it has no bytes there");
  protocol::md5_summer sum;
  std::vector<char> piece(static_cast<std::size_t>(std::min(piece_size, length)));
  for (std::uint64_t done = 0; done < length;) {
    const auto wanted = static_cast<std::size_t>(std::min(piece_size, length - done));
    const auto got = file.read_at(offset + done, piece.data(), wanted);
    if (got <= 0)
      return cannot_read(path, got < 0 ? reason(errno) : "it became shorter");
    sum.update(piece.data(), static_cast<std::size_t>(got));
    done += static_cast<std::uint64_t>(got);
  }
  return sum.finish();
}

} // namespace flotilla::sources
