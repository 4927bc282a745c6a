#include "metrics/node_metrics.hpp"

#include "tests/metrics/served.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flotilla::metrics {
namespace {

using testing::HasSubstr;

TEST(NodeMetrics, ShowTheNumbersOfTheWorker) {
  prometheus::Registry registry;
  node_metrics metrics{registry};
  metrics.update({true, 5'000, 7, 1.25});
  metrics.update({false, 5'000, 6, 1.25}); // counters never shrink
  const auto served = test::served(registry);
  for (const char* sample :
       {"\nflotilla_node_joined 0\n", "\nflotilla_sent_bytes_total 5000\n",
        "\nflotilla_connections_total 7\n", "\nflotilla_disk_read_seconds_total 1.25\n"})
    EXPECT_THAT(served, HasSubstr(sample));
  test::expect_conventions(registry);
}

} // namespace
} // namespace flotilla::metrics
