#include "metrics/fleet_metrics.hpp"

#include "metrics/families.hpp"

#include <algorithm>
#include <utility>

namespace flotilla::metrics {

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

/// A series of each push that is one number.
struct job_series {
  const char* name;
  const char* help;
  MetricType type;
  double (*value)(const job_numbers&);
};

double number(std::uint64_t of) {
  return static_cast<double>(of);
}

const job_series plain_series[] = {
  {"flotilla_job_plan_blobs", "Blobs of the push.", MetricType::Gauge,
   [](const job_numbers& of) { return number(of.plan_blobs); }},
  {"flotilla_job_plan_bytes", "Bytes of all blobs of the push.", MetricType::Gauge,
   [](const job_numbers& of) { return number(of.push.plan_bytes); }},
  {"flotilla_job_done_bytes", "Bytes of the push that are confirmed or on the wire.",
   MetricType::Gauge, [](const job_numbers& of) { return number(of.push.done_bytes); }},
  {"flotilla_job_sent_bytes_total", "Bytes of blobs that nodes have sent, repeats included.",
   MetricType::Counter, [](const job_numbers& of) { return number(of.push.sent_bytes); }},
  {"flotilla_job_resent_bytes_total", "Bytes of blobs that nodes have sent, and had sent before.",
   MetricType::Counter, [](const job_numbers& of) { return number(of.push.resent_bytes); }},
  {"flotilla_job_throttled_seconds_total", "Waits that the registry has asked for.",
   MetricType::Counter, [](const job_numbers& of) { return of.throttled_seconds; }},
  {"flotilla_job_nodes", "Nodes that work for the push.", MetricType::Gauge,
   [](const job_numbers& of) { return number(of.nodes); }},
  {"flotilla_job_streams_limit", "Bodies at once that the registry takes well; 0: no limit known.",
   MetricType::Gauge, [](const job_numbers& of) { return number(of.streams); }},
  {"flotilla_job_seconds", "Since the push began, until now or its end.", MetricType::Gauge,
   [](const job_numbers& of) { return of.seconds; }},
};

MetricFamily plain_family(const job_series& series, const fleet_numbers& of) {
  auto made = family(series.name, series.help, series.type);
  for (const auto& job : of.jobs)
    add_sample(made, {{"push", job.id}}, series.value(job));
  return made;
}

MetricFamily blobs_family(const fleet_numbers& of) {
  auto made = family("flotilla_job_blobs", "Blobs of the push, by what has become of them.",
                     MetricType::Gauge);
  for (const auto& job : of.jobs) {
    const auto add = [&](const char* state, std::uint64_t count) {
      add_sample(made, {{"push", job.id}, {"state", state}}, number(count));
    };
    add("present", job.push.present_blobs);
    add("mounted", job.push.mounted_blobs);
    add("uploaded", job.push.uploaded_blobs);
    add("resumed", job.push.resumed_blobs);
    add("in_flight", job.in_flight_blobs);
    add("missing", job.missing_blobs);
  }
  return made;
}

MetricFamily state_family(const fleet_numbers& of) {
  auto made = family("flotilla_job_state", "1 for the state that the push is in, 0 for all others.",
                     MetricType::Gauge);
  for (const auto& job : of.jobs)
    for (const auto& state : job_states())
      add_sample(made, {{"push", job.id}, {"state", state}}, job.state == state ? 1 : 0);
  return made;
}

MetricFamily retries_family(const fleet_numbers& of) {
  auto made = family("flotilla_job_retries_total",
                     "Requests of the push that did not work and were made again, by reason.",
                     MetricType::Counter);
  for (const auto& job : of.jobs)
    for (const auto& [label, count] : retries_by_label(job.push.retries))
      add_sample(made, {{"push", job.id}, {"reason", std::string{label}}}, number(count));
  return made;
}

MetricFamily jobs_family(const fleet_numbers& of) {
  auto made = family("flotilla_fleet_jobs", "Pushes that the coordinator lists, by state.",
                     MetricType::Gauge);
  for (const auto& state : job_states()) {
    const auto count = std::count_if(of.jobs.begin(), of.jobs.end(),
                                     [&](const job_numbers& job) { return job.state == state; });
    add_sample(made, {{"state", state}}, static_cast<double>(count));
  }
  return made;
}

MetricFamily lone_gauge(const char* name, const char* help, std::uint64_t value) {
  auto made = family(name, help, MetricType::Gauge);
  add_sample(made, {}, number(value));
  return made;
}

} // namespace

const std::vector<std::string>& job_states() {
  static const std::vector<std::string> all{"reading",    "reaching",  "checking", "sending",
                                            "publishing", "verifying", "paused",   "waiting",
                                            "done",       "failed"};
  return all;
}

void fleet_metrics::update(fleet_numbers now) {
  const std::lock_guard guard{lock_};
  now_ = std::move(now);
}

std::vector<MetricFamily> fleet_metrics::Collect() const {
  fleet_numbers of;
  {
    const std::lock_guard guard{lock_};
    of = now_;
  }
  std::vector<MetricFamily> all{
    lone_gauge("flotilla_fleet_nodes", "Nodes that have joined and not been lost.", of.nodes),
    lone_gauge("flotilla_fleet_upload_slots", "Bodies that all nodes together can send at once.",
               of.upload_slots),
    jobs_family(of),
    state_family(of),
    blobs_family(of),
    retries_family(of)};
  for (const auto& series : plain_series)
    all.push_back(plain_family(series, of));
  return all;
}

} // namespace flotilla::metrics
