#pragma once

#include "protocol/ledger.hpp"

#include <cstdint>
#include <string>

namespace flotilla::protocol {

/// A push's blobs at a glance: a letter for each, or for so many that follow each other in the
/// plan.
/// `.` is not known to be there, `i` is given to a node to send, `p` was present, `m` mounted, `u`
/// uploaded, `r` resumed. A cell of several shows the one that is least far, in that order.
struct blob_map {
  std::uint32_t blobs = 0;
  std::uint32_t per_cell = 1; ///< blobs; the last cell may stand for fewer
  std::string cells;

  static constexpr std::uint32_t most_cells = 2'048;
};

blob_map map_of(const ledger& blobs);

template <class Inspector>
auto inspect(Inspector& f, blob_map& x) {
  return f(x.blobs, x.per_cell, x.cells);
}

} // namespace flotilla::protocol
