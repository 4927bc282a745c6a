#pragma once

#include "protocol/blob_map.hpp"
#include "protocol/digest.hpp"
#include "protocol/duration_counts.hpp"
#include "protocol/ledger.hpp"
#include "protocol/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace flotilla::actors {

enum class phase : std::uint8_t {
  reading, ///< the source, on the nodes
  reaching,
  checking, ///< only asking: a plan or a verification
  sending,  ///< asking and sending
  publishing,
  verifying,
  ended,
};

/// A body that is on the wire.
struct body_in_flight {
  protocol::digest id;
  std::uint64_t size = 0; ///< bytes
  std::uint64_t sent = 0; ///< bytes
};

/// Something that did not work and will be tried again.
struct setback_note {
  std::string reason;                ///< short, for counting: `429`, `network`
  std::string detail;                ///< a clause for people
  std::chrono::milliseconds wait{0}; ///< until the next try
  unsigned attempt = 1;              ///< that did not work
  std::string blob{};                ///< digest, short; empty: it was about something else
};

struct reason_count {
  std::string reason;
  std::uint64_t count = 0;
};

/// What one node did for a push.
struct node_share {
  std::string name;
  std::uint64_t blobs = 0;
  std::uint64_t bytes = 0;     ///< of the blobs it sent
  double seconds = 0;          ///< from its first body to its last
  double disk_seconds = 0;     ///< reading files
  double wire_seconds = 0;     ///< bodies leaving, summed over all slots
  double registry_seconds = 0; ///< waiting for the registry's answers, summed likewise
};

/// What one node is doing for a push.
struct node_work {
  std::string name;
  double rate = 0;          ///< bytes per second that leave it, smoothed
  std::uint32_t bodies = 0; ///< on the wire
};

/// How far a push is. A value to render; asking for it costs the push next to nothing.
struct push_status {
  phase now = phase::reading;
  bool paused = false;
  std::string waiting; ///< for what nothing goes on; empty: it does
  std::uint32_t nodes = 0;
  protocol::ledger::tally total, present, mounted, uploaded, resumed;
  protocol::ledger::tally missing;   ///< absent, or to be sent unasked; and not confirmed yet
  std::uint64_t in_flight_bytes = 0; ///< sent of blobs that are not confirmed
  std::uint64_t sent_bytes = 0;      ///< bodies on the wire, repeats included
  std::uint64_t resent_bytes = 0;
  std::uint64_t earlier_bytes = 0;    ///< of resumed blobs: what an earlier push had sent
  std::vector<body_in_flight> bodies; ///< the largest few
  std::uint32_t bodies_in_all = 0;
  std::vector<node_work> work; ///< of each node that is here
  std::vector<reason_count> retries;
  setback_note last_setback;    ///< `reason` empty: none yet
  std::uint64_t setbacks = 0;   ///< grows with each: tells a new `last_setback` from an old
  std::uint64_t granted = 0;    ///< blobs that nodes were told to send, repeats included
  std::uint64_t handed_on = 0;  ///< uploads that were begun elsewhere, and that a node was told of
  double seconds = 0;           ///< since the push began
  double throttled_seconds = 0; ///< waits that the registry asked for by 429 or 503
  std::uint32_t streams = 0;    ///< as many as the registry takes well; 0: all that are allowed
  double held_seconds = 0;      ///< until the end of a pause that the registry asked for
  bool in_trouble = false;      ///< nothing has gone well since the last setback
  protocol::duration_counts uploads; ///< from a node's beginning with a blob to its confirmation
};

/// A blob that a plan or a verification found absent.
struct absent_blob {
  protocol::ledger::index blob = 0;
  protocol::digest id;
  std::uint64_t size = 0; ///< bytes
  bool mountable = false; ///< the mount source holds it
};

/// How a push ended.
struct push_report {
  protocol::failure why;             ///< `why.code` none: it is done
  protocol::digest model;            ///< the top manifest's; meaningless while `manifests` is 0
  std::uint32_t manifests = 0;       ///< in the plan; 0: the source was never read
  std::vector<std::string> warnings; ///< what the source holds and the push leaves out
  push_status last;
  std::vector<std::string> tags;              ///< that now name the model
  std::vector<absent_blob> absent;            ///< for plan and verify
  std::vector<protocol::failure> differences; ///< for verify: of manifests
  bool manifest_present = false;              ///< it was there before
  std::vector<node_share> nodes;
  std::string bottleneck; ///< disk, network, registry; empty when nothing was sent
  protocol::blob_map map; ///< of its end; empty: not known any more
};

template <class Inspector>
auto inspect(Inspector& f, body_in_flight& x) {
  return f(x.id, x.size, x.sent);
}
template <class Inspector>
auto inspect(Inspector& f, setback_note& x) {
  return f(x.reason, x.detail, x.wait, x.attempt, x.blob);
}
template <class Inspector>
auto inspect(Inspector& f, reason_count& x) {
  return f(x.reason, x.count);
}
template <class Inspector>
auto inspect(Inspector& f, node_work& x) {
  return f(x.name, x.rate, x.bodies);
}
template <class Inspector>
auto inspect(Inspector& f, node_share& x) {
  return f(x.name, x.blobs, x.bytes, x.seconds, x.disk_seconds, x.wire_seconds, x.registry_seconds);
}
template <class Inspector>
auto inspect(Inspector& f, push_status& x) {
  return f(x.now, x.paused, x.waiting, x.nodes, x.total, x.present, x.mounted, x.uploaded,
           x.resumed, x.missing, x.in_flight_bytes, x.sent_bytes, x.resent_bytes, x.earlier_bytes,
           x.bodies, x.bodies_in_all, x.work, x.retries, x.last_setback, x.setbacks, x.granted,
           x.handed_on, x.seconds, x.throttled_seconds, x.streams, x.held_seconds, x.in_trouble,
           x.uploads);
}
template <class Inspector>
auto inspect(Inspector& f, absent_blob& x) {
  return f(x.blob, x.id, x.size, x.mountable);
}
template <class Inspector>
auto inspect(Inspector& f, push_report& x) {
  return f(x.why, x.model, x.manifests, x.warnings, x.last, x.tags, x.absent, x.differences,
           x.manifest_present, x.nodes, x.bottleneck, x.map);
}

} // namespace flotilla::actors
