#include "app/push_numbers.hpp"

#include "app/progress.hpp"

namespace flotilla::app {

namespace {

const char* state_of(const actors::push_overview& push) {
  if (push.ended)
    return push.why.code == protocol::errc::none ? "done" : "failed";
  if (push.status.paused)
    return "paused";
  return push.status.waiting.empty() ? to_string(push.status.now) : "waiting";
}

} // namespace

metrics::push_numbers numbers_of(const actors::push_status& status) {
  metrics::push_numbers numbers;
  numbers.present_blobs = status.present.blobs;
  numbers.mounted_blobs = status.mounted.blobs;
  numbers.uploaded_blobs = status.uploaded.blobs;
  numbers.resumed_blobs = status.resumed.blobs;
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
  numbers.throttled_seconds = status.throttled_seconds;
  numbers.seconds = status.seconds;
  return numbers;
}

} // namespace flotilla::app
