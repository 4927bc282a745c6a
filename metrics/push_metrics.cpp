#include "metrics/push_metrics.hpp"

#include "metrics/instruments.hpp"

#include <algorithm>

namespace flotilla::metrics {

namespace {

constexpr std::array<std::string_view, retry_label_count> retry_labels{
  "network", "429", "408", "5xx", "session-lost", "other"};

/// A counter for each way.
std::array<prometheus::Counter*, confirmed_ways.size()> by_way(prometheus::Registry& registry,
                                                               const char* name, const char* help) {
  auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  std::array<prometheus::Counter*, confirmed_ways.size()> made{};
  std::transform(confirmed_ways.begin(), confirmed_ways.end(), made.begin(),
                 [&](const confirmed_way& way) {
                   return &family.Add({{"result", way.label}});
                 });
  return made;
}

} // namespace

std::string_view retry_label(std::string_view reason) noexcept {
  const auto is_server_error
    = reason.size() == 3 && reason[0] == '5'
      && std::all_of(reason.begin(), reason.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (is_server_error)
    return "5xx";
  const auto* known = std::find(retry_labels.begin(), retry_labels.end(), reason);
  return known == retry_labels.end() ? retry_labels.back() : *known;
}

labelled_retries
retries_by_label(const std::vector<std::pair<std::string, std::uint64_t>>& retries) {
  labelled_retries sums;
  std::transform(retry_labels.begin(), retry_labels.end(), sums.begin(),
                 [](std::string_view label) {
                   return std::pair{label, std::uint64_t{0}};
                 });
  for (const auto& [reason, count] : retries) {
    const auto label = retry_label(reason);
    std::find_if(sums.begin(), sums.end(), [label](const auto& sum) { return sum.first == label; })
      ->second
      += count;
  }
  return sums;
}

push_metrics::push_metrics(prometheus::Registry& registry)
  : blobs_(by_way(registry, "flotilla_blobs_total",
                  "Blobs that the registry has confirmed, by how they came to be there.")),
    bytes_(by_way(registry, "flotilla_confirmed_bytes_total",
                  "Bytes of blobs that the registry has confirmed, by how they came to be there.")),
    sent_bytes_(counter(registry, "flotilla_sent_bytes_total",
                        "Bytes of blobs that left this process, repeats included.")),
    resent_bytes_(counter(registry, "flotilla_resent_bytes_total",
                          "Bytes of blobs that left this process and had left before.")),
    plan_bytes_(gauge(registry, "flotilla_plan_bytes", "Bytes of all blobs of the push.")),
    done_bytes_(gauge(registry, "flotilla_done_bytes",
                      "Bytes of the push that are confirmed or on the wire.")),
    push_seconds_(prometheus::BuildHistogram()
                    .Name("flotilla_push_duration_seconds")
                    .Help("From the beginning of a push to its end, good or bad.")
                    .Register(registry)
                    .Add({}, prometheus::Histogram::BucketBoundaries{.1, .3, 1, 3, 10, 30, 100, 300,
                                                                     1000, 3000, 10'000})) {
  auto& retries = prometheus::BuildCounter()
                    .Name("flotilla_retries_total")
                    .Help("Requests that did not work and were made again, by reason.")
                    .Register(registry);
  for (std::size_t i = 0; i < reasons; ++i)
    retries_[i] = &retries.Add({{"reason", std::string{retry_labels[i]}}});
}

void push_metrics::update(const push_numbers& now) {
  for (std::size_t i = 0; i < confirmed_ways.size(); ++i) {
    const auto& sum = now.*confirmed_ways[i].sum;
    raise(*blobs_[i], static_cast<double>(sum.blobs));
    raise(*bytes_[i], static_cast<double>(sum.bytes));
  }
  raise(sent_bytes_, static_cast<double>(now.sent_bytes));
  raise(resent_bytes_, static_cast<double>(now.resent_bytes));
  plan_bytes_.Set(static_cast<double>(now.plan_bytes));
  done_bytes_.Set(static_cast<double>(now.done_bytes));
  const auto sums = retries_by_label(now.retries);
  for (std::size_t i = 0; i < reasons; ++i)
    raise(*retries_[i], static_cast<double>(sums[i].second));
}

void push_metrics::ended(double seconds) {
  push_seconds_.Observe(seconds);
}

} // namespace flotilla::metrics
