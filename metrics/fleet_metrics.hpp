#pragma once

#include "metrics/families.hpp"
#include "metrics/push_metrics.hpp"

#include <prometheus/collectable.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace flotilla::metrics {

/// What a node sends for a push now.
struct node_rate {
  std::string node; ///< its name, the label `node`
  double rate = 0;  ///< bytes per second
};

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
  std::uint64_t granted_blobs = 0;   ///< that nodes were told to send
  std::uint64_t handed_on = 0;       ///< uploads that one began and another goes on with
  std::vector<node_rate> rates;      ///< of each node that works for it
  histogram_numbers uploads;         ///< from a node's beginning with a blob to its confirmation
  double throttled_seconds = 0;      ///< waits that the registry asked for
  double seconds = 0;                ///< since it began
};

/// A fleet, in plain numbers.
struct fleet_numbers {
  std::vector<job_numbers> jobs; ///< those that run, and the last that have ended
  std::uint64_t nodes = 0;
  std::uint64_t leaving_nodes = 0; ///< of those
  std::uint64_t upload_slots = 0;  ///< of all nodes together
  std::uint64_t joins = 0;         ///< of nodes, so far; as is the next
  std::uint64_t losses = 0;        ///< leases that ran out, connections that broke
  double answer_seconds = 0;       ///< that the coordinator took for its last answer
  bool journal_is_well = true;
  std::uint64_t tokens_fetched = 0;
  std::uint64_t tokens_failed = 0;
  double token_seconds_left = 0; ///< of the one that ends next; 0: none has an end
};

/// The states of a push that there are: all but the last three run.
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
