#include "metrics/fleet_metrics.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
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

double rate_of(const job_numbers& job) {
  return std::accumulate(job.rates.begin(), job.rates.end(), 0.0,
                         [](double sum, const node_rate& each) { return sum + each.rate; });
}

double seconds_left(const job_numbers& of) {
  const auto plan = of.push.plan_bytes, done = of.push.done_bytes;
  if (of.plan_blobs != 0 && done >= plan)
    return 0;
  const auto rate = rate_of(of);
  return of.plan_blobs != 0 && rate > 0 ? number(plan - done) / rate
                                        : std::numeric_limits<double>::quiet_NaN();
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
  {"flotilla_job_granted_blobs_total", "Blobs that nodes were told to send, repeats included.",
   MetricType::Counter, [](const job_numbers& of) { return number(of.granted_blobs); }},
  {"flotilla_job_handed_on_total", "Uploads that one node or run began, and another goes on with.",
   MetricType::Counter, [](const job_numbers& of) { return number(of.handed_on); }},
  {"flotilla_job_bytes_per_second", "What leaves all nodes for the push now.", MetricType::Gauge,
   rate_of},
  {"flotilla_job_left_seconds", "Until the push has sent all, at the rate of now; NaN: not known.",
   MetricType::Gauge, seconds_left},
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

void add_state(MetricFamily& to, const job_numbers& job, std::string state, double value) {
  add_sample(to, {{"push", job.id}, {"state", std::move(state)}}, value);
}

/// Of what the registry has, blobs or bytes.
void add_confirmed(MetricFamily& to, const job_numbers& job, std::uint64_t blob_sum::*what) {
  for (const auto& way : confirmed_ways)
    add_state(to, job, way.label, number((job.push.*way.sum).*what));
}

MetricFamily blobs_family(const fleet_numbers& of) {
  auto made = family("flotilla_job_blobs", "Blobs of the push, by what has become of them.",
                     MetricType::Gauge);
  for (const auto& job : of.jobs) {
    add_confirmed(made, job, &blob_sum::blobs);
    add_state(made, job, "in_flight", number(job.in_flight_blobs));
    add_state(made, job, "missing", number(job.missing_blobs));
  }
  return made;
}

MetricFamily bytes_family(const fleet_numbers& of) {
  auto made = family("flotilla_job_confirmed_bytes",
                     "Bytes of blobs of the push that the registry has, by how they came there.",
                     MetricType::Gauge);
  for (const auto& job : of.jobs)
    add_confirmed(made, job, &blob_sum::bytes);
  return made;
}

MetricFamily rates_family(const fleet_numbers& of) {
  auto made = family("flotilla_job_node_bytes_per_second", "What leaves a node for the push now.",
                     MetricType::Gauge);
  for (const auto& job : of.jobs)
    for (const auto& [node, rate] : job.rates)
      add_sample(made, {{"push", job.id}, {"node", node}}, rate);
  return made;
}

MetricFamily uploads_family(const fleet_numbers& of) {
  auto made = family("flotilla_job_upload_duration_seconds",
                     "What uploads took, from a node's beginning with a blob to its confirmation.",
                     MetricType::Histogram);
  for (const auto& job : of.jobs)
    add_histogram(made, {{"push", job.id}}, job.uploads);
  return made;
}

MetricFamily state_family(const fleet_numbers& of) {
  auto made = family("flotilla_job_state", "1 for the state that the push is in, 0 for all others.",
                     MetricType::Gauge);
  for (const auto& job : of.jobs)
    for (const auto& state : job_states())
      add_state(made, job, state, job.state == state ? 1 : 0);
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

MetricFamily lone(const char* name, const char* help, double value,
                  MetricType type = MetricType::Gauge) {
  auto made = family(name, help, type);
  add_sample(made, {}, value);
  return made;
}

std::vector<MetricFamily> lone_families(const fleet_numbers& of) {
  constexpr auto counter = MetricType::Counter;
  return {
    lone("flotilla_fleet_nodes", "Nodes that have joined and not been lost.", number(of.nodes)),
    lone("flotilla_fleet_leaving_nodes",
         "Those of them that finish what they have and get no more.", number(of.leaving_nodes)),
    lone("flotilla_fleet_upload_slots", "Bodies that all nodes together can send at once.",
         number(of.upload_slots)),
    lone("flotilla_fleet_joins_total", "Nodes that have joined, each time.", number(of.joins),
         counter),
    lone("flotilla_fleet_losses_total", "Nodes that were lost, each time.", number(of.losses),
         counter),
    lone("flotilla_coordinator_answer_seconds", "What the coordinator took for its last answer.",
         of.answer_seconds),
    lone("flotilla_journal_writable", "1 while the journal takes writes.",
         of.journal_is_well ? 1 : 0),
    lone("flotilla_tokens_fetched_total", "Authorizations that were got for registries.",
         number(of.tokens_fetched), counter),
    lone("flotilla_tokens_failed_total", "Authorizations that could not be got.",
         number(of.tokens_failed), counter),
    lone("flotilla_token_left_seconds", "Until the next token ends; 0: none has an end.",
         of.token_seconds_left)};
}

} // namespace

const std::vector<std::string>& job_states() {
  static const std::vector<std::string> all{"reading",    "reaching",  "checking", "sending",
                                            "publishing", "verifying", "paused",   "waiting",
                                            "done",       "failed",    "cancelled"};
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
  auto all = lone_families(of);
  for (auto* make : {jobs_family, state_family, blobs_family, bytes_family, rates_family,
                     uploads_family, retries_family})
    all.push_back(make(of));
  for (const auto& series : plain_series)
    all.push_back(plain_family(series, of));
  return all;
}

} // namespace flotilla::metrics
