#pragma once

#include "actors/interfaces.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace flotilla::actors {

/// The nodes that work for one push, and what each has in hand: pure bookkeeping, a part of the
/// PUSH's state.
class seats {
public:
  /// How much a node may have in hand. Kept well above what it can do at once, so that it never
  /// waits for the next batch.
  struct limits {
    std::uint32_t checks = 0;
    std::uint32_t uploads = 0;
  };
  using grants = std::vector<std::pair<node_actor, work_batch>>;

  void add(const std::string& name, node_actor node);
  /// Books what a node has done. @returns false for a node that has no seat.
  bool take(const std::string& name, const node_report& report);
  /// Fills every node up to the limits, for as long as the sources give something.
  grants grant(limits most, const std::function<std::optional<check_order>()>& next_check,
               const std::function<std::optional<upload_order>()>& next_upload);

  std::vector<node_actor> nodes() const;
  std::vector<node_share> shares() const;
  /// Adds what is on the wire.
  void write(push_status& to) const;

private:
  struct seat {
    node_actor node;
    std::uint32_t checks_out = 0; ///< granted and not reported
    std::uint32_t uploads_out = 0;
    std::uint64_t in_flight_bytes = 0;
    std::vector<body_in_flight> bodies;
    std::uint32_t bodies_in_all = 0;
    node_share share;
  };

  std::map<std::string, seat> seats_; ///< by node name
};

} // namespace flotilla::actors
