#include "metrics/exposition.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <regex>

namespace flotilla::metrics {
namespace {

using testing::HasSubstr;

const build_labels build{"1.2.3", "gcc 12 \"x\\y\""};

/// Of a series without labels; negative: it is not served.
double value_of(const std::string& name, const std::string& text) {
  std::smatch found;
  const std::regex line{"(?:^|\n)" + name + " ([-+.e0-9]+|\\+Inf)\n"};
  return std::regex_search(text, found, line) ? std::stod(found[1]) : -1;
}

TEST(Exposition, SaysWhatIsBuilt) {
  const auto text = exposition{build}.text();
  EXPECT_THAT(text, HasSubstr("version=\"1.2.3\""));
  EXPECT_THAT(text, HasSubstr("compiler=\"gcc 12 \\\"x\\\\y\\\"\""));
}

TEST(Exposition, TellsWhatTheProcessUses) {
  const auto text = exposition{build}.text();
  EXPECT_GE(value_of("process_cpu_seconds_total", text), 0);
  EXPECT_GT(value_of("process_resident_memory_bytes", text), 100'000);
  EXPECT_GT(value_of("process_virtual_memory_bytes", text),
            value_of("process_resident_memory_bytes", text));
  EXPECT_GE(value_of("process_open_fds", text), 3); // the standard ones
  EXPECT_GT(value_of("process_max_fds", text), value_of("process_open_fds", text));
  const auto now
    = std::chrono::duration<double>{std::chrono::system_clock::now().time_since_epoch()};
  EXPECT_NEAR(value_of("process_start_time_seconds", text), now.count(), 3'600);
}

TEST(Exposition, ServesWhatOthersKeep) {
  class lone : public prometheus::Collectable {
    std::vector<prometheus::MetricFamily> Collect() const override {
      return {{"one", "Help.", prometheus::MetricType::Gauge, {{}}}};
    }
  };
  exposition all{build};
  all.add(std::make_shared<lone>());
  EXPECT_EQ(value_of("one", all.text()), 0);
}

} // namespace
} // namespace flotilla::metrics
