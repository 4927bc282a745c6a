#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flotilla::metrics {

/// One kind of request: a method, and what it is for.
struct request_kind {
  std::string_view method;
  std::string_view step;

  bool operator<(const request_kind& other) const noexcept {
    return std::pair{method, step} < std::pair{other.method, other.step};
  }
};

/// How one ended.
struct request_end {
  request_kind kind;
  int status = 0;            ///< of the answer; 0: there was none
  double seconds = 0;        ///< from the first byte to the answer
  std::uint64_t body = 0;    ///< bytes of a blob in it
  double commit_seconds = 0; ///< of those, after its last byte had left
};

/// What a process tells of its requests. Any thread may call.
class request_metrics {
public:
  /// @param registry outlives this
  /// @param kinds all that there are: a request of another kind is not counted
  request_metrics(prometheus::Registry& registry, const std::vector<request_kind>& kinds);

  void began(request_kind kind);
  void ended(const request_end& how);

private:
  static constexpr std::size_t classes = 5;
  struct series {
    prometheus::Counter* by_class[classes]; ///< flotilla_requests_total
    prometheus::Histogram* seconds;         ///< flotilla_request_duration_seconds
    prometheus::Gauge* in_flight;           ///< flotilla_requests_in_flight
  };
  static constexpr std::size_t sizes = 4;

  std::map<request_kind, series> kinds_;
  prometheus::Histogram* upload_seconds_[sizes]; ///< flotilla_upload_duration_seconds
  prometheus::Histogram& commit_seconds_;        ///< flotilla_commit_duration_seconds
};

} // namespace flotilla::metrics
