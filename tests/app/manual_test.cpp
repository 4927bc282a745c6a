#include "app/manual.hpp"

#include "app/command_line.hpp"
#include "tests/support/process.hpp"
#include "tests/support/project_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <regex>
#include <set>
#include <sstream>

namespace flotilla::app {
namespace {

using testing::HasSubstr;

/// As a reader sees it, but with one space between words. Whatever groff complains about is an
/// error.
std::string read(const std::string& page) {
  test::command order;
  order.args = {"groff", "-man", "-Tascii", "-ww", "-P-cbou"};
  order.input = page;
  const auto end = test::run(std::move(order));
  EXPECT_EQ(end.status, 0);
  EXPECT_EQ(end.err, "");
  return std::regex_replace(end.out, std::regex{"[ \n]+"}, " ");
}

std::string page_of(const std::string& command) {
  const auto page = manual_page(command);
  EXPECT_TRUE(page) << command;
  return page ? read(*page) : "";
}

TEST(Manual, HasAPageForEachCommandWithAllItsFlags) {
  for (const auto& command : all_commands()) {
    SCOPED_TRACE(command.name);
    const auto text = page_of(command.name);
    EXPECT_THAT(text, HasSubstr("flotilla-" + command.name + " - " + command.help));
    EXPECT_THAT(text, HasSubstr("EXAMPLES flotilla " + command.name));
    for (const auto& word : command.words)
      EXPECT_THAT(text, HasSubstr(word.name));
    for (const auto& flag : all_flags())
      if (flag.command == command.name) {
        EXPECT_THAT(text, HasSubstr(' ' + flag.name + ' '));
      }
  }
}

TEST(Manual, SaysWhatAFlagTakes) {
  const auto text = page_of("push");
  EXPECT_THAT(text, HasSubstr("--uploads N"));
  EXPECT_THAT(text, HasSubstr("From 1..32."));
  EXPECT_THAT(text, HasSubstr("One of always, auto, never."));
  EXPECT_THAT(text, HasSubstr("FLOTILLA_RETRY_BUDGET"));
}

TEST(Manual, ListsAllCommandsAndExitCodes) {
  const auto text = page_of("");
  for (const auto& command : all_commands())
    EXPECT_THAT(text, HasSubstr("flotilla-" + command.name + "(1)"));
  EXPECT_THAT(text, HasSubstr("8 verification found a difference"));
}

/// The package asks for pages by a list of its own.
TEST(Manual, IsPackagedWhole) {
  const auto recipe = test::project_page("cmake/FlotillaPackage.cmake");
  std::smatch list;
  ASSERT_TRUE(std::regex_search(recipe, list, std::regex{R"(set\(commands ([^)]*)\))"}));
  std::istringstream words{list[1]};
  const std::multiset<std::string> packaged{std::istream_iterator<std::string>{words}, {}};
  std::multiset<std::string> all;
  for (const auto& command : all_commands())
    all.insert(command.name);
  EXPECT_EQ(packaged, all);
}

TEST(Manual, HasNoPageOnWhatIsNoCommand) {
  const auto page = manual_page("sail\x1b");
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, protocol::errc::usage);
  EXPECT_THAT(page.error().message, HasSubstr("`sail"));
}

} // namespace
} // namespace flotilla::app
