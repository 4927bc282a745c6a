#include "protocol/ledger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace flotilla::protocol {
namespace {

using testing::ElementsAre;
using index = ledger::index;

constexpr std::uint64_t large = check_policy::large;

std::vector<planned_blob> blobs_of(std::initializer_list<std::uint64_t> sizes) {
  std::vector<planned_blob> blobs;
  for (auto size : sizes)
    blobs.push_back({digest::of(std::to_string(blobs.size())), size, 0});
  return blobs;
}

/// All of whose blobs lie on node 0.
ledger ledger_of(const std::vector<planned_blob>& blobs, check_mode mode) {
  ledger of{blobs, mode};
  for (index blob = 0; blob < blobs.size(); ++blob)
    of.held(blob, 0, true);
  return of;
}

std::vector<index> all_checks(ledger& of) {
  std::vector<index> order;
  while (auto blob = of.next_check())
    order.push_back(*blob);
  return order;
}

std::vector<index> all_uploads(ledger& of, seat_number by = 0) {
  std::vector<index> order;
  while (auto blob = of.next_upload(by))
    order.push_back(*blob);
  return order;
}

void expect(const ledger::tally& tally, std::uint64_t blobs, std::uint64_t bytes) {
  EXPECT_EQ(tally.blobs, blobs);
  EXPECT_EQ(tally.bytes, bytes);
}

TEST(Ledger, OfNoBlobsIsDoneAtOnce) {
  const std::vector<planned_blob> none;
  for (auto mode : {check_mode::automatic, check_mode::always, check_mode::never}) {
    auto empty = ledger_of(none, mode);
    EXPECT_FALSE(empty.next_check());
    EXPECT_FALSE(empty.next_upload(0));
    EXPECT_TRUE(empty.all_confirmed());
    EXPECT_TRUE(empty.all_checked());
    empty.found_all_unasked();
    expect(empty.total(), 0, 0);
  }
}

TEST(Ledger, AsksForTheLargestFirstAndForEqualsInTheirOrder) {
  const auto blobs = blobs_of({3, 7, 5, 7, 0, 9});
  auto of = ledger_of(blobs, check_mode::always);
  EXPECT_THAT(all_checks(of), ElementsAre(5, 1, 3, 2, 0, 4));
  EXPECT_FALSE(of.next_check());
  EXPECT_FALSE(of.next_upload(0));
}

TEST(Ledger, AsksForEachBlobOnce) {
  const auto blobs = blobs_of({1, 2, 3});
  auto of = ledger_of(blobs, check_mode::always);
  EXPECT_EQ(all_checks(of).size(), 3u);
  of.missing(2);
  EXPECT_FALSE(of.next_check());
}

TEST(Ledger, SendsWhatIsMissingInTheOrderInWhichItLearnsOfIt) {
  const auto blobs = blobs_of({1, 2, 3});
  auto of = ledger_of(blobs, check_mode::always);
  all_checks(of);
  EXPECT_FALSE(of.next_upload(0));
  of.missing(0);
  of.missing(2);
  EXPECT_THAT(all_uploads(of), ElementsAre(0, 2));
  of.missing(1);
  EXPECT_THAT(all_uploads(of), ElementsAre(1));
}

TEST(Ledger, SendsUnaskedLargestFirstWhenItNeverAsks) {
  const auto blobs = blobs_of({3, large, 5});
  auto of = ledger_of(blobs, check_mode::never);
  EXPECT_FALSE(of.next_check());
  EXPECT_THAT(all_uploads(of), ElementsAre(1, 2, 0));
  expect(of.missing(), 3, large + 8);
  EXPECT_TRUE(of.all_checked());
  EXPECT_FALSE(of.all_confirmed());
}

TEST(Ledger, StopsAskingInARepositoryThatTurnsOutEmpty) {
  std::vector<planned_blob> blobs(100, planned_blob{digest::of("x"), 10, 0});
  auto of = ledger_of(blobs, check_mode::automatic);
  auto sample = all_checks(of);
  EXPECT_EQ(sample.size(), check_policy::sample);
  EXPECT_FALSE(of.next_upload(0)) << "the sample's answers are awaited";
  for (auto blob : sample)
    of.missing(blob);
  EXPECT_FALSE(of.next_check());
  auto sent = all_uploads(of);
  EXPECT_EQ(sent.size(), 100u);
  EXPECT_EQ(std::set<index>(sent.begin(), sent.end()).size(), 100u);
  expect(of.missing(), 100, 1000);
}

TEST(Ledger, CountsEveryStepOfABlobsLife) {
  const auto blobs = blobs_of({10, 20, 30, 40, 50});
  auto of = ledger_of(blobs, check_mode::always);
  expect(of.total(), 5, 150);
  EXPECT_FALSE(of.all_checked());
  all_checks(of);
  of.found(4);
  expect(of.of(confirmation::present), 1, 50);
  of.missing(3);
  of.missing(2);
  of.missing(1);
  of.missing(0);
  EXPECT_TRUE(of.all_checked());
  expect(of.missing(), 4, 100);
  EXPECT_TRUE(of.is_missing(3));
  EXPECT_FALSE(of.is_missing(4));
  all_uploads(of);
  EXPECT_TRUE(of.is_missing(3)) << "while it is sent it is not there";
  of.confirmed(3, confirmation::mounted);
  of.confirmed(2, confirmation::uploaded);
  of.confirmed(1, confirmation::resumed);
  expect(of.missing(), 1, 10);
  EXPECT_FALSE(of.all_confirmed());
  of.confirmed(0, confirmation::present);
  expect(of.missing(), 0, 0);
  expect(of.of(confirmation::present), 2, 60);
  expect(of.of(confirmation::mounted), 1, 40);
  expect(of.of(confirmation::uploaded), 1, 30);
  expect(of.of(confirmation::resumed), 1, 20);
  expect(of.confirmed(), 5, 150);
  EXPECT_TRUE(of.all_confirmed());
  EXPECT_FALSE(of.is_missing(0));
}

TEST(Ledger, CountsAConfirmationOnce) {
  const auto blobs = blobs_of({10});
  auto of = ledger_of(blobs, check_mode::never);
  all_uploads(of);
  of.confirmed(0, confirmation::uploaded);
  of.confirmed(0, confirmation::mounted);
  of.found(0);
  expect(of.confirmed(), 1, 10);
  expect(of.of(confirmation::uploaded), 1, 10);
  expect(of.missing(), 0, 0);
}

TEST(Ledger, KeepsConfirmedWhatIsConfirmed) {
  const auto blobs = blobs_of({10});
  auto of = ledger_of(blobs, check_mode::always);
  all_checks(of);
  of.found(0);
  of.missing(0);
  of.returned(0);
  EXPECT_FALSE(of.next_upload(0));
  EXPECT_FALSE(of.next_check());
  EXPECT_FALSE(of.is_missing(0));
  EXPECT_TRUE(of.all_confirmed());
}

TEST(Ledger, HearsOnceThatABlobIsMissing) {
  const auto blobs = blobs_of({10, 20});
  auto of = ledger_of(blobs, check_mode::always);
  all_checks(of);
  of.missing(0);
  of.missing(0);
  expect(of.missing(), 1, 10);
  EXPECT_THAT(all_uploads(of), ElementsAre(0));
  of.missing(0); // late news, while it is sent
  EXPECT_FALSE(of.next_upload(0));
  expect(of.missing(), 1, 10);
}

TEST(Ledger, SendsReturnedBlobsBeforeAllOthers) {
  const auto blobs = blobs_of({10, 20, 30});
  auto of = ledger_of(blobs, check_mode::always);
  all_checks(of);
  of.missing(2);
  of.missing(1);
  EXPECT_EQ(of.next_upload(0), 2u);
  of.missing(0);
  of.returned(2);
  expect(of.missing(), 3, 60);
  EXPECT_THAT(all_uploads(of), ElementsAre(2, 1, 0));
}

TEST(Ledger, TakesBackOnlyWhatWasBeingSent) {
  const auto blobs = blobs_of({10, 20});
  auto of = ledger_of(blobs, check_mode::always);
  of.returned(0); // unknown
  all_checks(of);
  of.returned(0); // asked for
  of.missing(0);
  of.returned(0); // waits to be sent
  EXPECT_THAT(all_uploads(of), ElementsAre(0));
  EXPECT_FALSE(of.next_upload(0));
}

TEST(Ledger, DoesNotSendWhatTurnedOutToBeThere) {
  const auto blobs = blobs_of({10, 20});
  auto of = ledger_of(blobs, check_mode::always);
  all_checks(of);
  of.missing(0);
  of.missing(1);
  of.confirmed(0, confirmation::mounted);
  EXPECT_THAT(all_uploads(of), ElementsAre(1));
}

TEST(Ledger, TrustsAManifestForAllThatItHasNotAskedFor) {
  const auto blobs = blobs_of({large, large + 1, 5, 6, 7});
  auto of = ledger_of(blobs, check_mode::always);
  EXPECT_EQ(of.next_check(), 1u);
  EXPECT_EQ(of.next_check(), 0u);
  of.missing(1);
  of.found_all_unasked();
  expect(of.of(confirmation::present), 3, 18);
  expect(of.missing(), 1, large + 1);
  EXPECT_FALSE(of.next_check());
  EXPECT_FALSE(of.all_checked()) << "one question is open";
  of.found(0);
  EXPECT_TRUE(of.all_checked());
  EXPECT_FALSE(of.all_confirmed());
  EXPECT_EQ(of.next_upload(0), 1u);
  of.confirmed(1, confirmation::uploaded);
  EXPECT_TRUE(of.all_confirmed());
}

TEST(Ledger, KeepsAMillionBlobs) {
  std::vector<planned_blob> blobs(1'000'000);
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < blobs.size(); ++i) {
    blobs[i].size = 1 + i * 7919 % 1000;
    bytes += blobs[i].size;
  }
  auto of = ledger_of(blobs, check_mode::always);
  expect(of.total(), 1'000'000, bytes);
  while (auto blob = of.next_check())
    *blob % 2 == 0 ? of.missing(*blob) : of.found(*blob);
  while (auto blob = of.next_upload(0))
    if (*blob % 3 == 0)
      of.confirmed(*blob, confirmation::uploaded);
    else
      of.confirmed(*blob, confirmation::mounted);
  EXPECT_TRUE(of.all_confirmed());
  expect(of.confirmed(), 1'000'000, bytes);
  EXPECT_EQ(of.of(confirmation::present).blobs, 500'000u);
}

TEST(Ledger, BooksABlobAnewThatCameOtherwiseThanThought) {
  const auto blobs = blobs_of({large, 10});
  auto of = ledger_of(blobs, check_mode::always);
  all_checks(of);
  of.found(0);
  of.found(1);
  of.corrected(0, confirmation::uploaded);
  expect(of.of(confirmation::present), 1, 10);
  expect(of.of(confirmation::uploaded), 1, large);
  expect(of.confirmed(), 2, large + 10);
  of.corrected(0, confirmation::uploaded);
  expect(of.of(confirmation::uploaded), 1, large);
}

TEST(Ledger, CorrectsNothingThatIsNotConfirmed) {
  const auto blobs = blobs_of({10});
  auto of = ledger_of(blobs, check_mode::always);
  of.corrected(0, confirmation::mounted);
  expect(of.confirmed(), 0, 0);
  EXPECT_FALSE(of.all_confirmed());
}

// ---- several nodes ---------------------------------------------------------------------------

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
