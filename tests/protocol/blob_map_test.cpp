#include "protocol/blob_map.hpp"
#include "tests/protocol/ledger_fixture.hpp"

#include <numeric>

namespace flotilla::protocol {
namespace {

TEST(BlobMap, HasALetterForEachBlob) {
  const auto blobs = blobs_of({6, 5, 4, 3, 2, 1});
  auto of = ledger_of(blobs, check_mode::always);
  EXPECT_EQ(map_of(of).cells, "......");
  all_checks(of);
  of.found(0);
  for (index blob = 1; blob < 6; ++blob)
    of.missing(blob);
  all_uploads(of);
  EXPECT_EQ(map_of(of).cells, "piiiii");
  of.confirmed(1, confirmation::mounted);
  of.confirmed(2, confirmation::uploaded);
  of.confirmed(3, confirmation::resumed);
  of.returned(4);
  const auto map = map_of(of);
  EXPECT_EQ(map.cells, "pmur.i");
  EXPECT_EQ(map.blobs, 6u);
  EXPECT_EQ(map.per_cell, 1u);
}

TEST(BlobMap, ShowsOfManyTheLeastFar) {
  const std::vector<planned_blob> blobs(2 * blob_map::most_cells + 1,
                                        planned_blob{digest::of("x"), 1, 0});
  auto of = ledger_of(blobs, check_mode::never);
  all_uploads(of);
  for (index blob = 0; blob < blobs.size(); ++blob)
    of.confirmed(blob, blob % 3 == 0 ? confirmation::mounted : confirmation::uploaded);
  const auto map = map_of(of);
  EXPECT_EQ(map.per_cell, 3u);
  EXPECT_EQ(map.cells, std::string(1'366, 'm')) << "the last for one blob: 4,096 = 3 * 1,365 + 1";
}

TEST(BlobMap, OfNothingIsEmpty) {
  const std::vector<planned_blob> none;
  const auto map = map_of(ledger{none, check_mode::automatic});
  EXPECT_EQ(map.cells, "");
  EXPECT_EQ(map.per_cell, 1u);
}

} // namespace
} // namespace flotilla::protocol
