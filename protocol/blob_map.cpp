#include "protocol/blob_map.hpp"

#include <algorithm>

namespace flotilla::protocol {

namespace {

constexpr const char letters[] = ".ipmur"; ///< the least far first

/// Index into `letters`.
std::size_t rank_of(const ledger& in, ledger::index blob) {
  if (const auto how = in.way_of(blob))
    return 2 + static_cast<std::size_t>(*how);
  return in.is_being_sent(blob) ? 1 : 0;
}

static_assert(static_cast<int>(confirmation::present) == 0
              && static_cast<int>(confirmation::resumed) == 3);

} // namespace

blob_map map_of(const ledger& blobs) {
  blob_map map;
  map.blobs = static_cast<std::uint32_t>(blobs.total().blobs);
  map.per_cell = std::max(1u, (map.blobs + blob_map::most_cells - 1) / blob_map::most_cells);
  for (ledger::index first = 0; first < map.blobs; first += map.per_cell) {
    auto rank = rank_of(blobs, first);
    const auto end = std::min(first + map.per_cell, map.blobs);
    for (auto blob = first + 1; blob < end && rank > 0; ++blob)
      rank = std::min(rank, rank_of(blobs, blob));
    map.cells += letters[rank];
  }
  return map;
}

} // namespace flotilla::protocol
