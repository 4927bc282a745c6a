#pragma once

#include <prometheus/collectable.h>

#include <vector>

namespace flotilla::metrics {

/// What this process uses of its machine, under the names on which Prometheus' client libraries
/// agree (prometheus.io, "Writing client libraries", process metrics). Read from the system at each
/// scrape; what it does not tell is left out. Any thread may collect.
class process_metrics : public prometheus::Collectable {
public:
  std::vector<prometheus::MetricFamily> Collect() const override;
};

} // namespace flotilla::metrics
