#include "sources/wording.hpp"

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

} // namespace
} // namespace flotilla::sources
