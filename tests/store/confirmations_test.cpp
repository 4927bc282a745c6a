#include "store/confirmations.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace flotilla::store {
namespace {

using list = std::vector<std::pair<std::uint32_t, int>>;

list listed(const std::vector<confirmed_blob>& all) {
  list pairs;
  for (const auto& one : all)
    pairs.emplace_back(one.blob, one.how);
  return pairs;
}

/// The checksums are FNV-1a's, reckoned apart; 0x811c9dc5 of nothing is the one in its description.
const struct {
  std::vector<confirmed_blob> batch;
  std::string bytes;
} cases[] = {
  {{}, {"\xc5\x9d\x1c\x81", 4}},
  {{{0, 0}}, {"\x00\x00\x00\x00\x00\x0f\xd0\x10\x12", 9}},
  {{{4294967295, 255}, {1, 2}}, {"\xff\xff\xff\xff\xff\x01\x00\x00\x00\x02\x7b\x69\xc6\x4a", 14}},
  {{{16909060, 5}, {16909060, 5}, {6, 7}},
   {"\x04\x03\x02\x01\x05\x04\x03\x02\x01\x05\x06\x00\x00\x00\x07\x96\x0d\x79\xc3", 19}},
};

TEST(Confirmations, ArePackedInFiveBytesEachAndAChecksum) {
  for (const auto& test : cases)
    EXPECT_EQ(pack(test.batch), test.bytes);
}

TEST(Confirmations, AreUnpackedBehindWhatIsThere) {
  for (const auto& test : cases) {
    std::vector<confirmed_blob> all{{9, 9}};
    ASSERT_TRUE(unpack(test.bytes, all));
    auto expected = test.batch;
    expected.insert(expected.begin(), {9, 9});
    EXPECT_EQ(listed(all), listed(expected));
  }
}

TEST(Confirmations, ThatWereNotPackedAreRefused) {
  std::vector<confirmed_blob> all{{9, 9}};
  for (const auto& test : cases) {
    for (std::size_t size = 0; size < test.bytes.size(); ++size)
      EXPECT_FALSE(unpack(test.bytes.substr(0, size), all)) << size;
    for (std::size_t at = 0; at < test.bytes.size(); ++at)
      for (int bit = 0; bit < 8; ++bit) {
        auto wrong = test.bytes;
        wrong[at] = static_cast<char>(wrong[at] ^ 1 << bit);
        EXPECT_FALSE(unpack(wrong, all)) << at << '.' << bit;
      }
    EXPECT_FALSE(unpack(test.bytes + '\0', all));
    EXPECT_FALSE(unpack(std::string(test.bytes.size(), '\0'), all));
  }
  EXPECT_EQ(listed(all), (list{{9, 9}}));
}

TEST(Confirmations, AreMergedByIndexAndTheFirstStays) {
  std::vector<confirmed_blob> all{{7, 1}, {4294967295, 0}, {0, 3},  {7, 2},
                                  {0, 0}, {7, 1},          {3, 255}};
  sort_and_merge(all);
  EXPECT_EQ(listed(all), (list{{0, 3}, {3, 255}, {7, 1}, {4294967295, 0}}));
  all.clear();
  sort_and_merge(all);
  EXPECT_TRUE(all.empty());
}

} // namespace
} // namespace flotilla::store
