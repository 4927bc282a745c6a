#include "metrics/request_metrics.hpp"

#include <algorithm>
#include <array>

namespace flotilla::metrics {

namespace {

constexpr std::array status_classes{"2xx", "3xx", "4xx", "5xx", "none"};

/// Up to how many bytes a body belongs to which class.
struct size_class {
  std::uint64_t most;
  const char* name;
};
constexpr std::array size_classes{size_class{1 << 20, "1MiB"}, size_class{64 << 20, "64MiB"},
                                  size_class{1 << 30, "1GiB"}, size_class{UINT64_MAX, "more"}};

/// From a round trip on one's own machine to the longest answer that is waited for.
const prometheus::Histogram::BucketBoundaries of_requests{.003, .01, .03, .1, .3,
                                                          1,    3,   10,  30, 100};
const prometheus::Histogram::BucketBoundaries of_bodies{.01, .03, .1,  .3,  1,   3,
                                                        10,  30,  100, 300, 1000};

std::size_t class_of(int status) noexcept {
  return status >= 200 && status < 600 ? static_cast<std::size_t>(status / 100 - 2)
                                       : status_classes.size() - 1;
}

std::size_t class_of(std::uint64_t body) noexcept {
  const auto* found = std::find_if(size_classes.begin(), size_classes.end(),
                                   [body](const size_class& each) { return body <= each.most; });
  return static_cast<std::size_t>(found - size_classes.begin());
}

} // namespace

request_metrics::request_metrics(prometheus::Registry& registry,
                                 const std::vector<request_kind>& kinds)
  : commit_seconds_(prometheus::BuildHistogram()
                      .Name("flotilla_commit_duration_seconds")
                      .Help("From the last byte of a body to the registry's word that it has it.")
                      .Register(registry)
                      .Add({}, of_bodies)) {
  static_assert(status_classes.size() == classes && size_classes.size() == sizes);
  auto& counts = prometheus::BuildCounter()
                   .Name("flotilla_requests_total")
                   .Help("Requests that have ended, by what they were for and how.")
                   .Register(registry);
  auto& durations = prometheus::BuildHistogram()
                      .Name("flotilla_request_duration_seconds")
                      .Help("From the first byte of a request to its answer.")
                      .Register(registry);
  auto& in_flight = prometheus::BuildGauge()
                      .Name("flotilla_requests_in_flight")
                      .Help("Requests that have no answer yet.")
                      .Register(registry);
  for (const auto& kind : kinds) {
    prometheus::Labels labels{{"method", std::string{kind.method}},
                              {"step", std::string{kind.step}}};
    series made{};
    made.seconds = &durations.Add(labels, of_requests);
    made.in_flight = &in_flight.Add(labels);
    for (std::size_t i = 0; i < classes; ++i) {
      labels["class"] = status_classes[i];
      made.by_class[i] = &counts.Add(labels);
    }
    kinds_.emplace(kind, made);
  }
  auto& bodies = prometheus::BuildHistogram()
                   .Name("flotilla_upload_duration_seconds")
                   .Help("What bodies that were taken took, by their size.")
                   .Register(registry);
  for (std::size_t i = 0; i < sizes; ++i)
    upload_seconds_[i] = &bodies.Add({{"up_to", size_classes[i].name}}, of_bodies);
}

void request_metrics::began(request_kind kind) {
  if (const auto found = kinds_.find(kind); found != kinds_.end())
    found->second.in_flight->Increment();
}

void request_metrics::ended(const request_end& how) {
  const auto found = kinds_.find(how.kind);
  if (found == kinds_.end())
    return;
  found->second.in_flight->Decrement();
  found->second.by_class[class_of(how.status)]->Increment();
  found->second.seconds->Observe(how.seconds);
  if (how.body == 0 || how.status < 200 || how.status >= 300)
    return;
  upload_seconds_[class_of(how.body)]->Observe(how.seconds);
  commit_seconds_.Observe(how.commit_seconds);
}

} // namespace flotilla::metrics
