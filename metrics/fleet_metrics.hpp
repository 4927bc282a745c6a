#pragma once

#include "metrics/push_metrics.hpp"

#include <prometheus/collectable.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace flotilla::metrics {

/// One push of a fleet, in plain numbers.
struct job_numbers {
  std::string id;    ///< the label `push`
  std::string state; ///< one of `job_states`
  push_numbers push;
  std::uint64_t plan_blobs = 0;
  std::uint64_t missing_blobs = 0;
  std::uint64_t in_flight_blobs = 0; ///< whose bodies are on the wire
  std::uint64_t nodes = 0;           ///< that work for it
  std::uint64_t streams = 0;         ///< that the registry takes well; 0: no limit is known
  double throttled_seconds = 0;      ///< waits that the registry asked for
  double seconds = 0;                ///< since it began
};

/// A fleet, in plain numbers.
struct fleet_numbers {
  std::vector<job_numbers> jobs; ///< those that run, and the last that have ended
  std::uint64_t nodes = 0;
  std::uint64_t upload_slots = 0; ///< of all nodes together
};

/// The states of a push that there are: all but the last two run.
const std::vector<std::string>& job_states();

/// What a coordinator tells of its pushes and nodes. A push has series for as long as the
/// coordinator lists it, so there are never more than that. docs/metrics.md says what each means to
/// an operator. Any thread may update or collect.
class fleet_metrics : public prometheus::Collectable {
public:
  void update(fleet_numbers now);
  std::vector<prometheus::MetricFamily> Collect() const override;

private:
  mutable std::mutex lock_;
  fleet_numbers now_;
};

} // namespace flotilla::metrics
