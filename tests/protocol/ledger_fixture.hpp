#pragma once

#include "protocol/ledger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace flotilla::protocol {

using index = ledger::index;

constexpr std::uint64_t large = check_policy::large;

inline std::vector<planned_blob> blobs_of(const std::vector<std::uint64_t>& sizes) {
  std::vector<planned_blob> blobs;
  for (auto size : sizes)
    blobs.push_back({digest::of(std::to_string(blobs.size())), size, 0});
  return blobs;
}

/// All of whose blobs lie on node 0.
inline ledger ledger_of(const std::vector<planned_blob>& blobs, check_mode mode) {
  ledger of{blobs, mode};
  for (index blob = 0; blob < blobs.size(); ++blob)
    of.held(blob, 0, true);
  return of;
}

inline std::vector<index> all_checks(ledger& of) {
  std::vector<index> order;
  while (auto blob = of.next_check())
    order.push_back(*blob);
  return order;
}

inline std::vector<index> all_uploads(ledger& of, seat_number by = 0) {
  std::vector<index> order;
  while (auto blob = of.next_upload(by))
    order.push_back(*blob);
  return order;
}

inline void expect(const ledger::tally& tally, std::uint64_t blobs, std::uint64_t bytes) {
  EXPECT_EQ(tally.blobs, blobs);
  EXPECT_EQ(tally.bytes, bytes);
}

} // namespace flotilla::protocol
