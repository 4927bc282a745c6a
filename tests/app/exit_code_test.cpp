#include "app/exit_code.hpp"

#include <gtest/gtest.h>

namespace flotilla::app {
namespace {

using protocol::errc;

// The README, "Exit codes", has the numbers; scripts rely on them.
TEST(ExitCode, IsTheNumberThatScriptsRelyOn) {
  const struct {
    errc code;
    int number;
  } cases[] = {
    {errc::none, 0},      {errc::internal, 1},       {errc::usage, 2},
    {errc::malformed, 2}, {errc::source_invalid, 3}, {errc::unauthorized, 4},
    {errc::refused, 5},   {errc::unavailable, 6},    {errc::gave_up, 6},
    {errc::no_node, 7},   {errc::differs, 8},        {errc::interrupted, 130},
  };
  for (const auto& c : cases)
    EXPECT_EQ(exit_code_of(c.code), c.number) << to_string(c.code);
}

TEST(ExitCode, OfACodeThatIsNoneIsAnInternalError) {
  EXPECT_EQ(exit_code_of(static_cast<errc>(200)), 1);
}

} // namespace
} // namespace flotilla::app
