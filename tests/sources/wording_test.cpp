#include "sources/wording.hpp"

#include "sources/file_problems.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flotilla::sources {
namespace {

TEST(Wording, QuotesHoldPrintableText) {
  EXPECT_EQ(in_quotes("/models/llama 3"), "\"/models/llama 3\"");
  EXPECT_EQ(in_quotes("a\x1b[31m"), "\"a [31m\"");
  EXPECT_EQ(in_quotes(""), "\"\"");
}

TEST(Wording, ListedShowsTwentyAndCountsTheRest) {
  EXPECT_EQ(listed({}), "nothing");
  EXPECT_EQ(listed({"a"}), "\"a\"");
  EXPECT_EQ(listed({"a", "b"}), "\"a\", \"b\"");
  std::vector<std::string> names(20, "x");
  EXPECT_EQ(listed(names).find("more"), std::string::npos);
  names.push_back("y");
  EXPECT_THAT(listed(names), testing::EndsWith("\"x\" and 1 more"));
}

TEST(FileProblems, OneOrManyInASentence) {
  file_problems problems;
  EXPECT_TRUE(problems.empty());
  problems.add("sha256-aa", "missing");
  EXPECT_FALSE(problems.empty());
  EXPECT_EQ(problems.to_failure("/m", 3).message,
            "1 of 3 files in \"/m\" is not what the manifest says: sha256-aa: missing");
  problems.add("sha256-bb", "a directory");
  EXPECT_EQ(problems.to_failure("/m", 3).message,
            "2 of 3 files in \"/m\" are not what the manifest says: "
            "sha256-aa: missing; sha256-bb: a directory");
  EXPECT_EQ(problems.to_failure("/m", 3).code, protocol::errc::source_invalid);
}

TEST(FileProblems, MillionsCostNothing) {
  file_problems problems;
  for (int i = 0; i < 1'000'000; ++i)
    problems.add("sha256-aa", "missing");
  auto message = problems.to_failure("/m", 2'000'000).message;
  EXPECT_LT(message.size(), 1000u);
  EXPECT_THAT(message, testing::EndsWith("; and 999980 more"));
}

} // namespace
} // namespace flotilla::sources
