#pragma once

#include "actors/open_upload.hpp"
#include "actors/order.hpp"
#include "actors/status.hpp"
#include "protocol/blob_upload.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace flotilla::actors {

struct check_order {
  protocol::ledger::index blob = 0;
  protocol::digest id;
  std::uint64_t size = 0;  ///< bytes
  std::string mount_from;  ///< look there too when it is absent; empty: do not
  bool to_be_sent = false; ///< if it is absent; else the answer is told to the user
};

struct upload_order {
  protocol::ledger::index blob = 0;
  protocol::digest id;
  std::uint64_t size = 0; ///< bytes
  protocol::blob_naming naming = protocol::blob_naming::oci;
  std::string mount_from; ///< repository that may hold it already; empty: none known
};

struct work_batch {
  std::vector<check_order> checks;
  std::vector<upload_order> uploads;
  std::vector<open_upload> begun; ///< some of the uploads: where to go on with them
};

/// What a node needs to work for a push.
struct engagement {
  std::string push; ///< its id
  source_query source;
  protocol::endpoint at;
  std::vector<std::string> scopes; ///< what its tokens must allow, the target's first
  push_options options;
  protocol::registry_profile profile; ///< as the push knows it
  std::uint32_t lane = 0; ///< of its requests on this node, which chooses it; does not travel
};

/// One node's part of what a push may use.
struct node_limits {
  std::uint32_t uploads = 32;  ///< 0..32
  std::uint64_t bandwidth = 0; ///< bytes per second; 0: no bound
};

struct check_result {
  protocol::ledger::index blob = 0;
  bool present = false;
  bool mountable = false;
};

struct upload_result {
  protocol::ledger::index blob = 0;
  protocol::confirmation how = protocol::confirmation::uploaded;
  double seconds = 0; ///< since its node began with it
};

/// More of a blob has left, or it starts again, and `sent` is less than before.
struct body_progress {
  protocol::ledger::index blob = 0;
  std::uint64_t sent = 0;   ///< bytes of the blob, those of parts that are stored included
  std::uint64_t more = 0;   ///< bytes since the last word
  std::uint64_t fresh = 0;  ///< those of them that had never left before
  bool counts = true;       ///< as progress of the push
  std::uint64_t before = 0; ///< bytes of the blob before the body that is on the wire
  std::uint64_t length = 0; ///< of that body; 0: none is
};

/// How long the registry took to open sessions. That takes it the same for a blob of any size, so
/// it tells how busy it is.
struct opening_times {
  std::uint32_t count = 0;
  double seconds = 0; ///< of all together

  void add(const opening_times& more) noexcept {
    count += more.count;
    seconds += more.seconds;
  }
};

/// What became of the time of one request, in seconds.
struct time_spent {
  double wire = 0;     ///< its body was leaving
  double registry = 0; ///< waiting for an answer
  opening_times openings;
};

/// What a push uses of its registry, for the GOVERNOR.
struct registry_usage {
  std::uint64_t bytes = 0;   ///< of bodies, since it said so last
  std::uint32_t streams = 0; ///< bodies on the wire
  std::uint32_t least = 0;   ///< streams that it must have: one a node; 0: it is not at work
  std::uint32_t most = 0;    ///< streams that it may have by itself
  bool held_back = false;    ///< by its own limit: the bytes tell nothing of the registry
  opening_times openings;    ///< since it said so last
};

/// What happened on a node since its last report.
struct node_report {
  std::vector<check_result> checks;
  std::vector<upload_result> uploads;
  std::vector<protocol::ledger::index> returned; ///< not begun, and given back
  bool claims = false;                           ///< it answers `engage`: `claimed` is all
  std::vector<protocol::ledger::index> claimed;  ///< begun for this push before we were engaged
  std::vector<open_upload> begun; ///< where uploads stand now, in the order of the news
  std::vector<protocol::registry_profile> learned; ///< at most one: what is known by now
  std::vector<setback_note> setbacks;
  std::vector<protocol::failure> failures; ///< each ends the push
  std::uint32_t waiting = 0;               ///< orders that no uploader has taken yet
  std::uint64_t sent_bytes = 0;            ///< more than at the last report
  std::uint64_t resent_bytes = 0;          ///< likewise: of bytes that had left before
  bool throttled = false;                  ///< the registry refused something as too much
  std::chrono::milliseconds pause{0};      ///< that it asked for
  bool moved = false;                      ///< bodies left that count as progress
  opening_times openings;
  std::uint64_t in_flight_bytes = 0;  ///< now
  std::vector<body_in_flight> bodies; ///< now: the largest few
  std::uint32_t bodies_in_all = 0;
  node_share share; ///< so far
};

/// What the transport did since the process began.
struct io_totals {
  std::uint64_t body_bytes = 0;
  std::uint64_t connections = 0;
  double disk_seconds = 0;
};

template <class Inspector>
auto inspect(Inspector& f, check_order& x) {
  return f(x.blob, x.id, x.size, x.mount_from, x.to_be_sent);
}
template <class Inspector>
auto inspect(Inspector& f, upload_order& x) {
  return f(x.blob, x.id, x.size, x.naming, x.mount_from);
}
template <class Inspector>
auto inspect(Inspector& f, work_batch& x) {
  return f(x.checks, x.uploads, x.begun);
}
template <class Inspector>
auto inspect(Inspector& f, engagement& x) {
  return f(x.push, x.source, x.at, x.scopes, x.options, x.profile);
}
template <class Inspector>
auto inspect(Inspector& f, node_limits& x) {
  return f(x.uploads, x.bandwidth);
}
template <class Inspector>
auto inspect(Inspector& f, check_result& x) {
  return f(x.blob, x.present, x.mountable);
}
template <class Inspector>
auto inspect(Inspector& f, upload_result& x) {
  return f(x.blob, x.how, x.seconds);
}
template <class Inspector>
auto inspect(Inspector& f, body_progress& x) {
  return f(x.blob, x.sent, x.more, x.fresh, x.counts, x.before, x.length);
}
template <class Inspector>
auto inspect(Inspector& f, opening_times& x) {
  return f(x.count, x.seconds);
}
template <class Inspector>
auto inspect(Inspector& f, time_spent& x) {
  return f(x.wire, x.registry, x.openings);
}
template <class Inspector>
auto inspect(Inspector& f, registry_usage& x) {
  return f(x.bytes, x.streams, x.least, x.most, x.held_back, x.openings);
}
template <class Inspector>
auto inspect(Inspector& f, node_report& x) {
  return f(x.checks, x.uploads, x.returned, x.claims, x.claimed, x.begun, x.learned, x.setbacks,
           x.failures, x.waiting, x.sent_bytes, x.resent_bytes, x.throttled, x.pause, x.moved,
           x.openings, x.in_flight_bytes, x.bodies, x.bodies_in_all, x.share);
}
template <class Inspector>
auto inspect(Inspector& f, io_totals& x) {
  return f(x.body_bytes, x.connections, x.disk_seconds);
}

} // namespace flotilla::actors
