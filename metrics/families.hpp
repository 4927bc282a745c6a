#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

// Families that are made anew for each scrape, of numbers that somebody else keeps.
namespace flotilla::metrics {

using label_list = std::vector<prometheus::ClientMetric::Label>;

inline prometheus::MetricFamily family(const char* name, const char* help,
                                       prometheus::MetricType type) {
  prometheus::MetricFamily made;
  made.name = name;
  made.help = help;
  made.type = type;
  return made;
}

/// Of a family of counters or of gauges, as `to` is.
inline void add_sample(prometheus::MetricFamily& to, label_list labels, double value) {
  prometheus::ClientMetric made;
  made.label = std::move(labels);
  if (to.type == prometheus::MetricType::Counter)
    made.counter.value = value;
  else
    made.gauge.value = value;
  to.metric.push_back(std::move(made));
}

/// A histogram: how much of what was seen took so many seconds and no more, class by class. The
/// last class has no end.
struct histogram_numbers {
  struct part {
    double up_to = 0; ///< seconds; infinite in the last
    std::uint64_t count = 0;
  };
  std::vector<part> parts;
  double seconds = 0; ///< of all together
};

/// Of a family of histograms.
inline void add_histogram(prometheus::MetricFamily& to, label_list labels,
                          const histogram_numbers& numbers) {
  prometheus::ClientMetric made;
  made.label = std::move(labels);
  auto& shown = made.histogram;
  for (const auto& part : numbers.parts) {
    shown.sample_count += part.count;
    shown.bucket.push_back({shown.sample_count, part.up_to});
  }
  shown.sample_sum = numbers.seconds;
  to.metric.push_back(std::move(made));
}

} // namespace flotilla::metrics
