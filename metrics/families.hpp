#pragma once

#include <prometheus/metric_family.h>

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

} // namespace flotilla::metrics
