#include "metrics/fleet_metrics.hpp"

#include "tests/metrics/served.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flotilla::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

job_numbers some_job(const std::string& id, const std::string& state) {
  job_numbers job;
  job.id = id;
  job.state = state;
  job.push.present_blobs = 1;
  job.push.mounted_blobs = 2;
  job.push.uploaded_blobs = 3;
  job.push.resumed_blobs = 4;
  job.push.sent_bytes = 5'000;
  job.push.resent_bytes = 600;
  job.push.plan_bytes = 70'000;
  job.push.done_bytes = 8'000;
  job.push.retries = {{"503", 9}};
  job.plan_blobs = 20;
  job.missing_blobs = 7;
  job.in_flight_blobs = 6;
  job.nodes = 2;
  job.streams = 12;
  job.throttled_seconds = 1.5;
  job.seconds = 30;
  return job;
}

class FleetMetrics : public testing::Test {
protected:
  void expect(const std::string& sample) const {
    EXPECT_THAT(test::served(metrics), HasSubstr('\n' + sample + '\n'));
  }

  fleet_metrics metrics;
};

TEST_F(FleetMetrics, HaveEveryStateFromTheStart) {
  for (const auto& state : job_states())
    expect("flotilla_fleet_jobs{state=\"" + state + "\"} 0");
  expect("flotilla_fleet_nodes 0");
}

TEST_F(FleetMetrics, ShowEachPush) {
  metrics.update({{some_job("p-000001", "sending"), some_job("p-000002", "done")}, 3, 96});
  for (const char* sample : {"flotilla_fleet_nodes 3",
                             "flotilla_fleet_upload_slots 96",
                             "flotilla_fleet_jobs{state=\"sending\"} 1",
                             "flotilla_fleet_jobs{state=\"done\"} 1",
                             "flotilla_fleet_jobs{state=\"failed\"} 0",
                             "flotilla_job_state{push=\"p-000001\",state=\"sending\"} 1",
                             "flotilla_job_state{push=\"p-000001\",state=\"done\"} 0",
                             "flotilla_job_state{push=\"p-000002\",state=\"done\"} 1",
                             "flotilla_job_blobs{push=\"p-000001\",state=\"present\"} 1",
                             "flotilla_job_blobs{push=\"p-000001\",state=\"mounted\"} 2",
                             "flotilla_job_blobs{push=\"p-000001\",state=\"uploaded\"} 3",
                             "flotilla_job_blobs{push=\"p-000001\",state=\"resumed\"} 4",
                             "flotilla_job_blobs{push=\"p-000001\",state=\"in_flight\"} 6",
                             "flotilla_job_blobs{push=\"p-000001\",state=\"missing\"} 7",
                             "flotilla_job_plan_blobs{push=\"p-000002\"} 20",
                             "flotilla_job_plan_bytes{push=\"p-000002\"} 70000",
                             "flotilla_job_done_bytes{push=\"p-000002\"} 8000",
                             "flotilla_job_sent_bytes_total{push=\"p-000001\"} 5000",
                             "flotilla_job_resent_bytes_total{push=\"p-000001\"} 600",
                             "flotilla_job_retries_total{push=\"p-000001\",reason=\"5xx\"} 9",
                             "flotilla_job_retries_total{push=\"p-000001\",reason=\"429\"} 0",
                             "flotilla_job_throttled_seconds_total{push=\"p-000001\"} 1.5",
                             "flotilla_job_nodes{push=\"p-000001\"} 2",
                             "flotilla_job_streams_limit{push=\"p-000001\"} 12",
                             "flotilla_job_seconds{push=\"p-000001\"} 30"})
    expect(sample);
}

TEST_F(FleetMetrics, ForgetAPushThatIsNotListedAnyMore) {
  metrics.update({{some_job("p-000001", "done")}, 1, 32});
  metrics.update({{}, 1, 32});
  EXPECT_THAT(test::served(metrics), Not(HasSubstr("p-000001")));
}

TEST_F(FleetMetrics, FollowTheConventionsOfPrometheus) {
  metrics.update({{some_job("p-000001", "sending")}, 1, 32});
  test::expect_conventions(metrics);
}

} // namespace
} // namespace flotilla::metrics
