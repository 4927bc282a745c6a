#include "metrics/push_metrics.hpp"

#include "tests/metrics/served.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace flotilla::metrics {
namespace {

using testing::HasSubstr;

class PushMetrics : public testing::Test {
protected:
  void expect(const std::string& sample) const {
    EXPECT_THAT(test::served(registry), HasSubstr('\n' + sample + '\n'));
  }

  prometheus::Registry registry;
  push_metrics metrics{registry};
};

push_numbers some_way() {
  push_numbers numbers;
  numbers.present = {1, 10};
  numbers.mounted = {2, 20};
  numbers.uploaded = {3, 30};
  numbers.resumed = {4, 40};
  numbers.sent_bytes = 5'000;
  numbers.resent_bytes = 600;
  numbers.plan_bytes = 70'000;
  numbers.done_bytes = 8'000;
  numbers.retries = {{"429", 2}, {"502", 3}, {"503", 4}, {"what is this", 5}};
  return numbers;
}

TEST_F(PushMetrics, ExistFromTheStart) {
  for (const char* sample :
       {"flotilla_blobs_total{result=\"present\"} 0", "flotilla_blobs_total{result=\"mounted\"} 0",
        "flotilla_blobs_total{result=\"uploaded\"} 0", "flotilla_blobs_total{result=\"resumed\"} 0",
        "flotilla_confirmed_bytes_total{result=\"mounted\"} 0", "flotilla_sent_bytes_total 0",
        "flotilla_resent_bytes_total 0", "flotilla_plan_bytes 0", "flotilla_done_bytes 0",
        "flotilla_retries_total{reason=\"network\"} 0", "flotilla_retries_total{reason=\"429\"} 0",
        "flotilla_retries_total{reason=\"408\"} 0", "flotilla_retries_total{reason=\"5xx\"} 0",
        "flotilla_retries_total{reason=\"session-lost\"} 0",
        "flotilla_retries_total{reason=\"other\"} 0", "flotilla_push_duration_seconds_count 0",
        "flotilla_push_duration_seconds_bucket{le=\"+Inf\"} 0"})
    expect(sample);
}

TEST_F(PushMetrics, ShowTheNumbersOfThePush) {
  metrics.update(some_way());
  for (const char* sample :
       {"flotilla_blobs_total{result=\"present\"} 1", "flotilla_blobs_total{result=\"mounted\"} 2",
        "flotilla_blobs_total{result=\"uploaded\"} 3", "flotilla_blobs_total{result=\"resumed\"} 4",
        "flotilla_confirmed_bytes_total{result=\"present\"} 10",
        "flotilla_confirmed_bytes_total{result=\"resumed\"} 40", "flotilla_sent_bytes_total 5000",
        "flotilla_resent_bytes_total 600", "flotilla_plan_bytes 70000", "flotilla_done_bytes 8000",
        "flotilla_retries_total{reason=\"429\"} 2", "flotilla_retries_total{reason=\"5xx\"} 7",
        "flotilla_retries_total{reason=\"other\"} 5"})
    expect(sample);
}

TEST_F(PushMetrics, CountNothingTwice) {
  metrics.update(some_way());
  metrics.update(some_way());
  expect("flotilla_sent_bytes_total 5000");
  auto further = some_way();
  further.sent_bytes = 5'001;
  further.retries = {{"503", 8}};
  metrics.update(further);
  expect("flotilla_sent_bytes_total 5001");
  expect("flotilla_retries_total{reason=\"5xx\"} 8");
}

TEST_F(PushMetrics, NeverLetACounterShrink) {
  metrics.update(some_way());
  metrics.update({});
  expect("flotilla_sent_bytes_total 5000");
  expect("flotilla_blobs_total{result=\"resumed\"} 4");
  expect("flotilla_retries_total{reason=\"5xx\"} 7");
  expect("flotilla_done_bytes 0"); // a gauge may
}

TEST_F(PushMetrics, MeasureHowLongAPushTook) {
  metrics.ended(42);
  expect("flotilla_push_duration_seconds_count 1");
  expect("flotilla_push_duration_seconds_sum 42");
  expect("flotilla_push_duration_seconds_bucket{le=\"30\"} 0");
  expect("flotilla_push_duration_seconds_bucket{le=\"100\"} 1");
  expect("flotilla_push_duration_seconds_bucket{le=\"+Inf\"} 1");
}

TEST_F(PushMetrics, FollowTheConventionsOfPrometheus) {
  test::expect_conventions(registry);
}

TEST(RetryLabel, IsOneOfAClosedSet) {
  const struct {
    const char* reason;
    const char* label;
  } cases[] = {
    {"network", "network"}, {"429", "429"},
    {"408", "408"},         {"session-lost", "session-lost"},
    {"500", "5xx"},         {"503", "5xx"},
    {"599", "5xx"},         {"499", "other"},
    {"425", "other"},       {"", "other"},
    {"5", "other"},         {"5000", "other"},
    {"5ab", "other"},       {"-50", "other"},
    {"NETWORK", "other"},   {"5xx", "5xx"},
    {"\xFF\x01", "other"},
  };
  for (const auto& c : cases)
    EXPECT_EQ(retry_label(c.reason), c.label) << c.reason;
}

TEST(RetryLabel, CostsAFewSeriesWhateverRegistriesAnswer) {
  std::set<std::string_view> labels;
  for (int status = 0; status < 1'000; ++status) {
    const auto reason = std::to_string(status);
    labels.insert(retry_label(reason));
  }
  EXPECT_LE(labels.size(), 6u);
}

} // namespace
} // namespace flotilla::metrics
