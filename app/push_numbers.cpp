#include "app/push_numbers.hpp"

#include "app/progress.hpp"

#include <limits>

namespace flotilla::app {

namespace {

const char* state_of(const actors::push_overview& push) {
  if (push.ended && push.why.code == protocol::errc::interrupted)
    return "cancelled";
  if (push.ended)
    return push.why.code == protocol::errc::none ? "done" : "failed";
  if (push.status.paused)
    return "paused";
  return push.status.waiting.empty() ? to_string(push.status.now) : "waiting";
}

metrics::blob_sum sum_of(const protocol::ledger::tally& of) {
  return {of.blobs, of.bytes};
}

metrics::histogram_numbers histogram_of(const protocol::duration_counts& of) {
  metrics::histogram_numbers made;
  const auto& bounds = protocol::duration_counts::bounds;
  for (std::size_t i = 0; i < of.in_class().size(); ++i)
    made.parts.push_back(
      {i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity(), of.in_class()[i]});
  made.seconds = of.seconds();
  return made;
}

} // namespace

metrics::push_numbers numbers_of(const actors::push_status& status) {
  metrics::push_numbers numbers;
  numbers.present = sum_of(status.present);
  numbers.mounted = sum_of(status.mounted);
  numbers.uploaded = sum_of(status.uploaded);
  numbers.resumed = sum_of(status.resumed);
  numbers.sent_bytes = status.sent_bytes;
  numbers.resent_bytes = status.resent_bytes;
  numbers.plan_bytes = status.total.bytes;
  numbers.done_bytes = done_bytes(status);
  for (const auto& retry : status.retries)
    numbers.retries.emplace_back(retry.reason, retry.count);
  return numbers;
}

metrics::job_numbers numbers_of(const actors::push_overview& push) {
  const auto& status = push.status;
  metrics::job_numbers numbers;
  numbers.id = push.id;
  numbers.state = state_of(push);
  numbers.push = numbers_of(status);
  numbers.plan_blobs = status.total.blobs;
  numbers.missing_blobs = status.missing.blobs;
  numbers.in_flight_blobs = status.bodies_in_all;
  numbers.nodes = status.nodes;
  numbers.streams = status.streams;
  numbers.granted_blobs = status.granted;
  numbers.handed_on = status.handed_on;
  for (const auto& work : status.work)
    numbers.rates.push_back({work.name, work.rate});
  numbers.uploads = histogram_of(status.uploads);
  numbers.throttled_seconds = status.throttled_seconds;
  numbers.seconds = status.seconds;
  return numbers;
}

} // namespace flotilla::app
