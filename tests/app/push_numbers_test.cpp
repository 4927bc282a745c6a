#include "app/push_numbers.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace flotilla::app {
namespace {

using protocol::errc;

TEST(PushNumbers, TellWhoWasCancelledFromWhoFailed) {
  actors::push_overview push;
  push.status.now = actors::phase::sending;
  EXPECT_EQ(numbers_of(push).state, "sending");
  push.ended = true;
  EXPECT_EQ(numbers_of(push).state, "done");
  push.why.code = errc::gave_up;
  EXPECT_EQ(numbers_of(push).state, "failed");
  push.why.code = errc::interrupted;
  EXPECT_EQ(numbers_of(push).state, "cancelled");
}

TEST(PushNumbers, HaveAClassForEverythingThatTakesLonger) {
  actors::push_overview push;
  push.status.uploads.note(0.5);
  push.status.uploads.note(100'000);
  const auto uploads = numbers_of(push).uploads;
  ASSERT_FALSE(uploads.parts.empty());
  EXPECT_TRUE(std::isinf(uploads.parts.back().up_to));
  EXPECT_EQ(uploads.parts.back().count, 1u);
  EXPECT_EQ(uploads.seconds, 100'000.5);
}

} // namespace
} // namespace flotilla::app
