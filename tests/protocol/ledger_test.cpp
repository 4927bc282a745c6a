#include "tests/protocol/ledger_fixture.hpp"

#include <set>

namespace flotilla::protocol {
namespace {

using testing::ElementsAre;

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

} // namespace
} // namespace flotilla::protocol
