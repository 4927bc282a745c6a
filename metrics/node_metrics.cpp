#include "metrics/node_metrics.hpp"

#include "metrics/instruments.hpp"

namespace flotilla::metrics {

node_metrics::node_metrics(prometheus::Registry& registry)
  : joined_(gauge(registry, "flotilla_node_joined", "1 while the coordinator knows this worker.")),
    sent_bytes_(counter(registry, "flotilla_sent_bytes_total",
                        "Bytes of blobs that left this process, repeats included.")),
    connections_(counter(registry, "flotilla_connections_total",
                         "Connections that were opened to registries and their storages.")),
    disk_seconds_(
      counter(registry, "flotilla_disk_read_seconds_total", "Time spent reading files.")),
    uploads_(gauge(registry, "flotilla_uploads_limit", "Bodies that this worker sends at once.")),
    checks_(gauge(registry, "flotilla_checks_limit", "Checks that this worker makes at once.")) {
}

void node_metrics::update(const node_numbers& now) {
  joined_.Set(now.joined ? 1 : 0);
  raise(sent_bytes_, static_cast<double>(now.sent_bytes));
  raise(connections_, static_cast<double>(now.connections));
  raise(disk_seconds_, now.disk_seconds);
  uploads_.Set(now.uploads);
  checks_.Set(now.checks);
}

} // namespace flotilla::metrics
