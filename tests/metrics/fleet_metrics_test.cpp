#include "metrics/fleet_metrics.hpp"

#include "tests/metrics/served.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace flotilla::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

job_numbers some_job(const std::string& id, const std::string& state) {
  job_numbers job;
  job.id = id;
  job.state = state;
  job.push.present = {1, 10};
  job.push.mounted = {2, 20};
  job.push.uploaded = {3, 30};
  job.push.resumed = {4, 40};
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
  job.granted_blobs = 13;
  job.handed_on = 5;
  job.rates = {{"one", 11'000}, {"two", 20'000}};
  job.uploads = {{{0.5, 3}, {10, 0}, {std::numeric_limits<double>::infinity(), 2}}, 42.5};
  job.throttled_seconds = 1.5;
  job.seconds = 30;
  return job;
}

fleet_numbers fleet_of(std::vector<job_numbers> jobs) {
  fleet_numbers fleet;
  fleet.jobs = std::move(jobs);
  fleet.nodes = 3;
  fleet.leaving_nodes = 1;
  fleet.upload_slots = 96;
  fleet.joins = 7;
  fleet.losses = 4;
  fleet.answer_seconds = 0.25;
  fleet.tokens_fetched = 11;
  fleet.tokens_failed = 2;
  fleet.token_seconds_left = 240;
  return fleet;
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
  metrics.update(fleet_of({some_job("p-000001", "sending"), some_job("p-000002", "done")}));
  for (const char* sample :
       {"flotilla_fleet_nodes 3",
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
        "flotilla_job_granted_blobs_total{push=\"p-000001\"} 13",
        "flotilla_job_confirmed_bytes{push=\"p-000001\",state=\"mounted\"} 20",
        "flotilla_job_confirmed_bytes{push=\"p-000001\",state=\"resumed\"} 40",
        "flotilla_job_node_bytes_per_second{push=\"p-000001\",node=\"two\"} 20000",
        "flotilla_job_upload_duration_seconds_bucket{push=\"p-000001\",le=\"0.5\"} 3",
        "flotilla_job_upload_duration_seconds_bucket{push=\"p-000001\",le=\"10\"} 3",
        "flotilla_job_upload_duration_seconds_bucket{push=\"p-000001\",le=\"+Inf\"} 5",
        "flotilla_job_upload_duration_seconds_count{push=\"p-000001\"} 5",
        "flotilla_job_upload_duration_seconds_sum{push=\"p-000001\"} 42.5",
        "flotilla_job_handed_on_total{push=\"p-000001\"} 5",
        "flotilla_job_bytes_per_second{push=\"p-000001\"} 31000",
        "flotilla_job_left_seconds{push=\"p-000001\"} 2",
        "flotilla_job_streams_limit{push=\"p-000001\"} 12",
        "flotilla_job_seconds{push=\"p-000001\"} 30"})
    expect(sample);
}

TEST_F(FleetMetrics, TellOfNodesTokensAndTheJournal) {
  auto now = fleet_of({});
  metrics.update(now);
  for (const char* sample :
       {"flotilla_fleet_leaving_nodes 1", "flotilla_fleet_joins_total 7",
        "flotilla_fleet_losses_total 4", "flotilla_coordinator_answer_seconds 0.25",
        "flotilla_journal_writable 1", "flotilla_tokens_fetched_total 11",
        "flotilla_tokens_failed_total 2", "flotilla_token_left_seconds 240"})
    expect(sample);
  now.journal_is_well = false;
  metrics.update(now);
  expect("flotilla_journal_writable 0");
}

TEST_F(FleetMetrics, KnowWhenAPushIsThroughOnlyWhileItMoves) {
  auto job = some_job("p-000001", "sending");
  job.rates = {{"one", 0}};
  metrics.update(fleet_of({job}));
  expect("flotilla_job_left_seconds{push=\"p-000001\"} Nan");
  metrics.update(fleet_of({job_numbers{}}));
  expect("flotilla_job_left_seconds{push=\"\"} Nan"); // nothing is known of its source yet
  job.push.done_bytes = job.push.plan_bytes;
  metrics.update(fleet_of({job}));
  expect("flotilla_job_left_seconds{push=\"p-000001\"} 0");
}

TEST_F(FleetMetrics, ForgetAPushThatIsNotListedAnyMore) {
  metrics.update(fleet_of({some_job("p-000001", "done")}));
  metrics.update(fleet_of({}));
  EXPECT_THAT(test::served(metrics), Not(HasSubstr("p-000001")));
}

TEST_F(FleetMetrics, FollowTheConventionsOfPrometheus) {
  metrics.update(fleet_of({some_job("p-000001", "sending")}));
  test::expect_conventions(metrics);
}

} // namespace
} // namespace flotilla::metrics
