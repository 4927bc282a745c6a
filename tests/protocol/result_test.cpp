#include "protocol/result.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

namespace flotilla::protocol {
namespace {

TEST(Result, HoldsEitherAValueOrAFailure) {
  result<int> good = 7;
  ASSERT_TRUE(good);
  EXPECT_EQ(*good, 7);
  result<int> bad = failure{errc::refused, "no", "ask again"};
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, errc::refused);
  EXPECT_EQ(bad.error().message, "no");
  EXPECT_EQ(bad.error().hint, "ask again");
}

TEST(Result, GivesAwayAValueThatCannotBeCopied) {
  result<std::unique_ptr<int>> held = std::make_unique<int>(3);
  auto taken = *std::move(held);
  EXPECT_EQ(*taken, 3);
}

TEST(Result, LetsItsValueBeAsked) {
  const result<std::string> held = std::string{"text"};
  EXPECT_EQ(held->size(), 4u);
}

TEST(Errc, EveryConstantHasItsOwnName) {
  std::set<std::string> names;
  for (int i = 0; i <= static_cast<int>(errc::interrupted); ++i)
    names.insert(to_string(static_cast<errc>(i)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(errc::interrupted) + 1);
  EXPECT_EQ(names.count("unknown"), 0u);
  EXPECT_STREQ(to_string(errc::source_invalid), "source_invalid");
  EXPECT_STREQ(to_string(static_cast<errc>(200)), "unknown");
}

} // namespace
} // namespace flotilla::protocol
