#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <cstdint>

namespace flotilla::metrics {

/// One worker, in plain numbers. None of them but `joined` ever shrinks.
struct node_numbers {
  bool joined = false;           ///< the coordinator knows it
  std::uint64_t sent_bytes = 0;  ///< of bodies, repeats included
  std::uint64_t connections = 0; ///< opened
  double disk_seconds = 0;       ///< spent reading files
  std::uint32_t uploads = 0;     ///< at once, at most; as is the next
  std::uint32_t checks = 0;
};

/// What a worker tells of itself. One thread updates; any thread may collect.
class node_metrics {
public:
  /// @param registry outlives this
  explicit node_metrics(prometheus::Registry& registry);

  void update(const node_numbers& now);

private:
  prometheus::Gauge& joined_;         ///< flotilla_node_joined
  prometheus::Counter& sent_bytes_;   ///< flotilla_sent_bytes_total
  prometheus::Counter& connections_;  ///< flotilla_connections_total
  prometheus::Counter& disk_seconds_; ///< flotilla_disk_read_seconds_total
  prometheus::Gauge& uploads_;        ///< flotilla_uploads_limit
  prometheus::Gauge& checks_;         ///< flotilla_checks_limit
};

} // namespace flotilla::metrics
