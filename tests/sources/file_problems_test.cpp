#include "sources/file_problems.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flotilla::sources {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;

TEST(FileProblems, OneOrManyInASentence) {
  file_problems problems;
  EXPECT_TRUE(problems.empty());
  problems.add_missing("sha256-aa");
  EXPECT_FALSE(problems.empty());
  EXPECT_EQ(problems.to_failure("/m", 3).message,
            "1 of 3 files in \"/m\" is not what the manifest says: sha256-aa: missing");
  problems.add_wrong("sha256-bb", "a directory");
  EXPECT_EQ(problems.to_failure("/m", 3).message,
            "2 of 3 files in \"/m\" are not what the manifest says: "
            "sha256-aa: missing; sha256-bb: a directory");
  EXPECT_EQ(problems.to_failure("/m", 3).code, protocol::errc::source_invalid);
}

TEST(FileProblems, TellMissingFromWrong) {
  file_problems problems;
  EXPECT_THAT(problems.missing(), IsEmpty());
  EXPECT_THAT(problems.wrong(), IsEmpty());
  problems.add_wrong("a", "1 bytes instead of 2");
  problems.add_missing("b");
  problems.add_wrong("c", "a directory");
  EXPECT_THAT(problems.missing(), ElementsAre("b: missing"));
  EXPECT_THAT(problems.wrong(), ElementsAre("a: 1 bytes instead of 2", "c: a directory"));
  EXPECT_EQ(problems.missing_count(), 1u);
  EXPECT_EQ(problems.wrong_count(), 2u);
}

TEST(FileProblems, TakeTheStateOfABlobsFile) {
  using protocol::blob_naming;
  auto id = *protocol::digest::parse_hex(std::string(64, 'a'));
  auto hex = id.hex();
  file_problems problems;
  problems.add(id, {blob_naming::dash, true, "missing"});
  problems.add(id, {blob_naming::slash, false, "a directory"});
  EXPECT_THAT(problems.missing(), ElementsAre("sha256-" + hex + ": missing"));
  EXPECT_THAT(problems.wrong(), ElementsAre("sha256/" + hex + ": a directory"));
}

TEST(FileProblems, TwentyOfEachKindAreKept) {
  file_problems problems;
  for (int i = 0; i < 30; ++i)
    problems.add_missing("m" + std::to_string(i));
  for (int i = 0; i < 20; ++i)
    problems.add_wrong("w" + std::to_string(i), "a directory");
  ASSERT_EQ(problems.missing().size(), 21u);
  EXPECT_EQ(problems.missing()[19], "m19: missing");
  EXPECT_EQ(problems.missing()[20], "and 10 more");
  ASSERT_EQ(problems.wrong().size(), 20u); // a wrong file is not lost behind many missing ones
  EXPECT_EQ(problems.wrong()[19], "w19: a directory");
  EXPECT_THAT(problems.to_failure("/m", 60).message, EndsWith("; m19: missing; and 30 more"));
}

TEST(FileProblems, OfBatchesAddUp) {
  file_problems all, first, second;
  for (int i = 0; i < 12; ++i) {
    first.add_missing("a" + std::to_string(i));
    second.add_missing("b" + std::to_string(i));
  }
  second.add_wrong("c", "a directory");
  all.add(first);
  all.add(second);
  all.add(file_problems{});
  EXPECT_EQ(all.missing_count(), 24u);
  EXPECT_EQ(all.wrong_count(), 1u);
  ASSERT_EQ(all.missing().size(), 21u);
  EXPECT_EQ(all.missing()[11], "a11: missing");
  EXPECT_EQ(all.missing()[12], "b0: missing");
  EXPECT_EQ(all.missing()[19], "b7: missing");
  EXPECT_EQ(all.missing()[20], "and 4 more");
  EXPECT_THAT(all.wrong(), ElementsAre("c: a directory"));
  EXPECT_THAT(all.to_failure("/m", 100).message, EndsWith("; b7: missing; and 5 more"));
}

TEST(FileProblems, MillionsCostNothing) {
  file_problems batch;
  for (int i = 0; i < 1'000'000; ++i)
    batch.add_missing("sha256-aa");
  file_problems problems;
  for (int i = 0; i < 3; ++i)
    problems.add(batch);
  auto message = problems.to_failure("/m", 4'000'000).message;
  EXPECT_LT(message.size(), 1000u);
  EXPECT_THAT(message, EndsWith("; and 2999980 more"));
}

} // namespace
} // namespace flotilla::sources
