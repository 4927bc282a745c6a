#include "tests/support/project_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

// What configs/prometheus says, held against the pages that explain it.

namespace flotilla::app {
namespace {

using test::project_page;

std::set<std::string> all_of(const std::string& text, const char* pattern) {
  const std::regex wanted{pattern};
  std::set<std::string> found;
  for (std::sregex_iterator i{text.begin(), text.end(), wanted}, end; i != end; ++i)
    found.insert((*i)[1]);
  return found;
}

TEST(Alerts, HaveAParagraphEach) {
  const auto alerts = all_of(project_page("configs/prometheus/alerts.yml"), "alert: (\\w+)");
  const auto pages = all_of(project_page("docs/operations.md"), "\n### (Flotilla\\w+)\n\n\\S");
  EXPECT_FALSE(alerts.empty());
  EXPECT_EQ(alerts, pages);
}

TEST(Alerts, PointToTheirParagraphs) {
  const auto text = project_page("configs/prometheus/alerts.yml");
  for (auto alert : all_of(text, "alert: (\\w+)")) {
    for (auto& c : alert)
      c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    EXPECT_THAT(text, testing::HasSubstr("runbook: docs/operations.md#" + alert + '\n'));
  }
}

TEST(Rules, KnowOnlySeriesThatAreServed) {
  const auto served = test::documented_series();
  const auto rules = project_page("configs/prometheus/alerts.yml")
                     + project_page("configs/prometheus/recording.yml");
  const auto used = all_of(rules, "[^\\w:]((?:flotilla|process)_\\w+)");
  EXPECT_GT(used.size(), 8U);
  for (const auto& name : used)
    EXPECT_EQ(served.count(name), 1U) << name;
}

} // namespace
} // namespace flotilla::app
