#include "tests/protocol/ledger_fixture.hpp"

namespace flotilla::protocol {
namespace {

using testing::ElementsAre;

/// Blobs 0 and 1 lie on nodes 0 and 1, blob 2 on node 0 alone, blob 3 on node 1 alone, blob 4
/// nowhere; all are absent from the registry.
struct shards {
  std::vector<planned_blob> blobs = blobs_of({50, 40, 30, 20, 10});
  ledger of{blobs, check_mode::always};

  shards() {
    for (index blob : {0U, 1U, 2U})
      of.held(blob, 0, true);
    for (index blob : {0U, 1U, 3U})
      of.held(blob, 1, true);
    for (auto blob : all_checks(of))
      of.missing(blob);
  }
};

TEST(LedgerOfAFleet, GivesANodeWhatItCanReadAndFirstWhatNoOtherCan) {
  shards s;
  EXPECT_THAT(all_uploads(s.of, 1), ElementsAre(3, 0, 1));
  EXPECT_THAT(all_uploads(s.of, 0), ElementsAre(2));
  EXPECT_FALSE(s.of.next_upload(0));
  EXPECT_FALSE(s.of.next_upload(1));
  EXPECT_TRUE(s.of.is_missing(4));
}

TEST(LedgerOfAFleet, GivesABlobToOneNode) {
  shards s;
  std::multiset<index> given;
  for (int i = 0; i < 10; ++i)
    for (seat_number node : {seat_number{0}, seat_number{1}})
      if (auto blob = s.of.next_upload(node))
        given.insert(*blob);
  EXPECT_EQ(given, (std::multiset<index>{0, 1, 2, 3}));
}

TEST(LedgerOfAFleet, GivesABlobToANodeThatTurnsOutToHoldIt) {
  shards s;
  EXPECT_FALSE(s.of.next_upload(2));
  s.of.held(4, 2, true);
  EXPECT_THAT(all_uploads(s.of, 2), ElementsAre(4));
}

TEST(LedgerOfAFleet, GivesNothingToANodeThatNoLongerHoldsIt) {
  shards s;
  s.of.held(3, 1, false);
  EXPECT_THAT(all_uploads(s.of, 1), ElementsAre(0, 1));
}

TEST(LedgerOfAFleet, AsksAgainForWhatALostNodeHadInHand) {
  shards s;
  ASSERT_EQ(all_uploads(s.of, 1).size(), 3u);
  auto before = s.of.missing();
  s.of.lost(0);
  expect(s.of.missing(), before.blobs - 1, before.bytes - 50);
  EXPECT_FALSE(s.of.next_upload(0) == std::optional<index>{0});
  EXPECT_EQ(s.of.next_check(), std::optional<index>{0});
  s.of.missing(0);
  EXPECT_EQ(s.of.next_upload(0), std::optional<index>{0});
}

TEST(LedgerOfAFleet, SendsWhatALostNodeHadInHandBeforeAllOthers) {
  const auto blobs = blobs_of({30, 20, 10});
  auto of = ledger_of(blobs, check_mode::always);
  for (index blob = 0; blob < blobs.size(); ++blob)
    of.held(blob, 1, true);
  for (auto blob : all_checks(of))
    of.missing(blob);
  ASSERT_EQ(of.next_upload(0), std::optional<index>{0});
  of.lost(0);
  ASSERT_EQ(of.next_check(), std::optional<index>{0});
  of.lost(0); // by whoever was to ask again, too
  ASSERT_EQ(of.next_check(), std::optional<index>{0});
  EXPECT_EQ(of.in_doubt(), 1u);
  of.missing(0);
  EXPECT_EQ(of.in_doubt(), 0u);
  EXPECT_EQ(of.next_upload(1), std::optional<index>{0});
  EXPECT_EQ(of.next_upload(1), std::optional<index>{1});
}

TEST(LedgerOfAFleet, AsksAgainEvenWhereItAsksForNothing) {
  const auto blobs = blobs_of({10});
  auto of = ledger_of(blobs, check_mode::never);
  ASSERT_TRUE(of.next_upload(0));
  of.lost(0);
  EXPECT_EQ(of.next_check(), std::optional<index>{0});
  of.found(0);
  EXPECT_TRUE(of.all_confirmed());
}

TEST(LedgerOfAFleet, IsInDoubtUntilSomethingIsHeard) {
  const auto blobs = blobs_of({40, 30, 20, 10});
  auto of = ledger_of(blobs, check_mode::never);
  ASSERT_EQ(all_uploads(of).size(), 4u);
  for (index blob = 0; blob < 4; ++blob)
    of.lost(blob);
  EXPECT_EQ(of.in_doubt(), 4u);
  of.confirmed(0, confirmation::uploaded); // a late word of the one that was lost
  EXPECT_EQ(of.in_doubt(), 3u);
  EXPECT_TRUE(of.claimed(1)); // it lives, and is sending
  EXPECT_EQ(of.in_doubt(), 2u);
  ASSERT_EQ(of.next_check(), std::optional<index>{2});
  ASSERT_EQ(of.next_check(), std::optional<index>{3});
  of.found(2);
  EXPECT_EQ(of.in_doubt(), 1u);
  of.missing(3);
  EXPECT_EQ(of.in_doubt(), 0u);
}

TEST(LedgerOfAFleet, LosesNothingThatIsDone) {
  shards s;
  for (auto blob : all_uploads(s.of, 1))
    s.of.confirmed(blob, confirmation::uploaded);
  s.of.lost(0);
  EXPECT_FALSE(s.of.next_check());
  expect(s.of.of(confirmation::uploaded), 3, 110);
}

TEST(LedgerOfAFleet, TakesACheckBackThatALostNodeHad) {
  const auto blobs = blobs_of({large, 10});
  auto of = ledger_of(blobs, check_mode::always);
  EXPECT_EQ(all_checks(of).size(), 2u);
  of.lost(1);
  EXPECT_EQ(of.next_check(), std::optional<index>{1});
  EXPECT_FALSE(of.next_check());
}

TEST(LedgerOfAFleet, WaitsForNoAnswerThatWillNotCome) {
  const auto blobs = blobs_of(std::vector<std::uint64_t>(check_policy::sample + 1, 10));
  auto of = ledger_of(blobs, check_mode::automatic);
  const auto asked = all_checks(of);
  ASSERT_EQ(asked.size(), check_policy::sample);
  for (auto blob : asked)
    if (blob != asked.back())
      of.missing(blob);
  ASSERT_TRUE(of.claimed(asked.back())); // by one that had it in hand
  of.confirmed(asked.back(), confirmation::uploaded);
  of.lost(asked.back()); // and whoever was to ask for it
  EXPECT_EQ(all_uploads(of).size(), blobs.size() - 1);
}

TEST(LedgerOfAFleet, KnowsWhatANodeIsSendingAlready) {
  shards s;
  EXPECT_TRUE(s.of.claimed(0));
  EXPECT_FALSE(s.of.claimed(0)) << "one node at a time";
  EXPECT_THAT(all_uploads(s.of, 0), ElementsAre(2, 1));
  s.of.confirmed(0, confirmation::uploaded);
  EXPECT_FALSE(s.of.claimed(0));
}

TEST(LedgerOfAFleet, CountsABlobOnceThatIsClaimedBeforeItWasAskedFor) {
  const auto blobs = blobs_of({large, 10});
  auto of = ledger_of(blobs, check_mode::always);
  EXPECT_TRUE(of.claimed(1));
  expect(of.missing(), 1, 10);
  of.confirmed(1, confirmation::uploaded);
  expect(of.missing(), 0, 0);
  EXPECT_THAT(all_checks(of), ElementsAre(0));
}

} // namespace
} // namespace flotilla::protocol
