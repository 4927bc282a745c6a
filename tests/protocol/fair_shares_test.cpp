#include "protocol/fair_shares.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flotilla::protocol {
namespace {

using testing::ElementsAreArray;

TEST(FairShares, AreAlikeButForThoseWhoWantLess) {
  const struct {
    const char* name;
    std::uint64_t total;
    std::vector<std::uint64_t> wants;
    std::vector<std::uint64_t> shares;
  } cases[] = {
    {"nobody", 100, {}, {}},
    {"one, who wants all", 100, {all_there_is}, {100}},
    {"one, who wants little", 100, {30}, {30}},
    {"all alike", 90, {all_there_is, all_there_is, all_there_is}, {30, 30, 30}},
    {"one wants little", 90, {all_there_is, 10, all_there_is}, {40, 10, 40}},
    {"one wants nothing", 90, {0, all_there_is}, {0, 90}},
    {"two want little, unlike", 100, {20, all_there_is, 5}, {20, 75, 5}},
    {"a want that is more than the half", 100, {60, all_there_is}, {50, 50}},
    {"less than there is", 100, {10, 20}, {10, 20}},
    {"what does not divide", 8, {all_there_is, all_there_is, all_there_is}, {3, 3, 2}},
    {"fewer bytes than nodes", 1, {all_there_is, all_there_is}, {1, 0}},
    {"nothing", 0, {all_there_is, 5}, {0, 0}},
    {"the most", UINT64_MAX, {all_there_is}, {UINT64_MAX}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_THAT(fair_shares(c.total, c.wants), ElementsAreArray(c.shares));
  }
}

} // namespace
} // namespace flotilla::protocol
