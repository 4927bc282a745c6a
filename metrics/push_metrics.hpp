#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flotilla::metrics {

/// So many blobs, and so large together.
struct blob_sum {
  std::uint64_t blobs = 0;
  std::uint64_t bytes = 0;
};

/// How far a push is, in plain numbers. None of them but `done_bytes` ever shrinks.
struct push_numbers {
  blob_sum present, mounted, uploaded, resumed;
  std::uint64_t sent_bytes = 0;   ///< of bodies, repeats included
  std::uint64_t resent_bytes = 0; ///< those of them that had left before
  std::uint64_t plan_bytes = 0;   ///< of all blobs
  std::uint64_t done_bytes = 0;   ///< confirmed, or on the wire
  std::vector<std::pair<std::string, std::uint64_t>> retries; ///< reason and count
};

/// In which ways the registry came to have a blob.
struct confirmed_way {
  const char* label;
  blob_sum push_numbers::*sum;
};
constexpr std::array confirmed_ways{confirmed_way{"present", &push_numbers::present},
                                    confirmed_way{"mounted", &push_numbers::mounted},
                                    confirmed_way{"uploaded", &push_numbers::uploaded},
                                    confirmed_way{"resumed", &push_numbers::resumed}};

/// `reason` as a label: `network`, `429`, `408`, `5xx`, `session-lost`, or `other`. A closed set,
/// whatever a registry thinks of answering: each label costs a series for ever.
std::string_view retry_label(std::string_view reason) noexcept;

constexpr std::size_t retry_label_count = 6;
/// Every label, with its sum.
using labelled_retries = std::array<std::pair<std::string_view, std::uint64_t>, retry_label_count>;
labelled_retries
retries_by_label(const std::vector<std::pair<std::string, std::uint64_t>>& retries);

/// What one process tells of its push. All series exist from the start, at 0, so that rates do.
/// docs/metrics.md says what each means to an operator. One thread updates; any thread may collect.
class push_metrics {
public:
  /// @param registry outlives this
  explicit push_metrics(prometheus::Registry& registry);

  /// Brings every series to `now`.
  void update(const push_numbers& now);
  /// The push has ended, whatever way. @param seconds since it began
  void ended(double seconds);

private:
  static constexpr auto reasons = retry_label_count;

  std::array<prometheus::Counter*, confirmed_ways.size()> blobs_; ///< flotilla_blobs_total{result}
  /// flotilla_confirmed_bytes_total{result}
  std::array<prometheus::Counter*, confirmed_ways.size()> bytes_;
  prometheus::Counter& sent_bytes_;     ///< flotilla_sent_bytes_total
  prometheus::Counter& resent_bytes_;   ///< flotilla_resent_bytes_total
  prometheus::Gauge& plan_bytes_;       ///< flotilla_plan_bytes
  prometheus::Gauge& done_bytes_;       ///< flotilla_done_bytes
  prometheus::Histogram& push_seconds_; ///< flotilla_push_duration_seconds
  /// flotilla_retries_total{reason}
  std::array<prometheus::Counter*, reasons> retries_{};
};

} // namespace flotilla::metrics
