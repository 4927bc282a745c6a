#pragma once

#include "protocol/blob_upload.hpp"
#include "protocol/check_policy.hpp"
#include "protocol/endpoint.hpp"
#include "protocol/http.hpp"
#include "protocol/ledger.hpp"
#include "protocol/plan.hpp"
#include "protocol/reference.hpp"
#include "protocol/result.hpp"
#include "protocol/retry.hpp"
#include "sources/file_problems.hpp"

#include <caf/all.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace flotilla::actors {

// ---- what a user asks for --------------------------------------------------------------------

/// What is to become of the source.
enum class purpose : std::uint8_t {
  push,   ///< bring it there
  plan,   ///< only ask what is there
  verify, ///< compare what is there with the source
};

/// How much is looked at once the manifest is there.
enum class verification : std::uint8_t { none, manifest, blobs };

struct push_options {
  purpose to = purpose::push;
  protocol::check_mode check = protocol::check_mode::automatic;
  verification verify = verification::manifest;
  std::uint32_t uploads = 32;                      ///< bodies on the wire a node, 1..32
  std::uint32_t max_uploads = 0;                   ///< of all nodes together; 0: no bound
  std::uint32_t checks = 128;                      ///< HEAD requests in flight a node
  std::uint64_t bandwidth = 0;                     ///< bytes per second of all nodes; 0: no bound
  std::chrono::milliseconds retry_budget{600'000}; ///< without progress
  std::chrono::milliseconds reach_budget{30'000};  ///< for the registry's first answer
};

/// A source as the user named it. Nodes resolve it, each on its own disks.
struct source_query {
  std::string text;          ///< paths in it are absolute
  std::string manifest_file; ///< of `blobs:DIR`; empty: none
};

/// One push, as handed to the coordinator.
struct push_order {
  source_query source;
  std::string mount_from; ///< repository that may hold the blobs; empty: none known
  protocol::reference target;
  protocol::endpoint at;
  std::vector<std::string> tags; ///< besides the target's own
  push_options options;
};

/// What may be changed while a push runs.
struct limit_change {
  bool sets_uploads = false;
  std::uint32_t uploads = 32; ///< a node, 1..32
  bool sets_bandwidth = false;
  std::uint64_t bandwidth = 0; ///< bytes per second of all nodes; 0: no bound
};

// ---- what a push tells -----------------------------------------------------------------------

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
  std::vector<body_in_flight> bodies; ///< the largest few
  std::uint32_t bodies_in_all = 0;
  std::vector<reason_count> retries;
  setback_note last_setback;    ///< `reason` empty: none yet
  std::uint64_t setbacks = 0;   ///< grows with each: tells a new `last_setback` from an old
  double seconds = 0;           ///< since the push began
  double throttled_seconds = 0; ///< waits that the registry asked for by 429 or 503
  bool in_trouble = false;      ///< nothing has gone well since the last setback
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
};

// ---- between a push and its nodes ------------------------------------------------------------

struct check_order {
  protocol::ledger::index blob = 0;
  protocol::digest id;
  std::uint64_t size = 0; ///< bytes
  std::string mount_from; ///< look there too when it is absent; empty: do not
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
};

/// What a node needs to work for a push.
struct engagement {
  std::string push; ///< its id
  source_query source;
  protocol::endpoint at;
  std::vector<std::string> scopes; ///< what its tokens must allow, the target's first
  push_options options;
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
};

/// More of a blob's body has left, or it starts again.
struct body_progress {
  protocol::ledger::index blob = 0;
  std::uint64_t sent = 0;  ///< bytes of the body on the wire now; 0: it starts again
  std::uint64_t more = 0;  ///< bytes since the last word
  std::uint64_t fresh = 0; ///< those of them that had never left before
  bool counts = true;      ///< as progress of the push
};

/// What happened on a node since its last report.
struct node_report {
  std::vector<check_result> checks;
  std::vector<upload_result> uploads;
  std::vector<protocol::ledger::index> returned; ///< not begun, and given back
  std::vector<protocol::ledger::index> claimed;  ///< begun for this push before we were engaged
  std::vector<setback_note> setbacks;
  std::vector<protocol::failure> failures; ///< each ends the push
  std::uint32_t waiting = 0;               ///< orders that no uploader has taken yet
  std::uint64_t sent_bytes = 0;            ///< more than at the last report
  std::uint64_t resent_bytes = 0;          ///< likewise: of bytes that had left before
  bool moved = false;                      ///< bodies left that count as progress
  std::uint64_t in_flight_bytes = 0;       ///< now
  std::vector<body_in_flight> bodies;      ///< now: the largest few
  std::uint32_t bodies_in_all = 0;
  node_share share; ///< so far
};

// ---- what lies where -------------------------------------------------------------------------

/// A source that a node has opened: the plan follows in pages.
struct outline_head {
  std::uint32_t ticket = 0;
  std::uint32_t blobs = 0;
  std::uint32_t manifests = 0;
  std::vector<std::string> mount_sources;
  std::vector<std::string> warnings;
};

/// Which of some blobs a node can read.
struct survey_page {
  std::vector<std::uint8_t> held; ///< for each blob asked for: 0: not, else 1 + `blob_naming`
  sources::file_problems problems;
  std::string root; ///< the directory that was looked through
};

/// A plan as it goes from actor to actor of one process, uncopied.
struct shared_plan {
  std::shared_ptr<const protocol::push_plan> value;
};

// ---- the fleet -------------------------------------------------------------------------------

/// A node, as it joins.
struct node_info {
  std::string id;   ///< random, new with every start of the process
  std::string name; ///< for people; one node of a name at a time
  std::uint32_t uploads = 32;
  std::uint32_t checks = 128;
  std::vector<std::string> roots;  ///< directories that it may read; empty: all
  std::string admin;               ///< HOST:PORT of its metrics; empty: none
  std::vector<std::string> pushes; ///< ids of those that it still has work of
};

/// The coordinator's answer.
struct welcome {
  std::string refusal; ///< a sentence; empty: welcome
  std::chrono::milliseconds lease{5'000};
};

/// A node, as the coordinator sees it.
struct node_overview {
  node_info info;
  double seen_seconds = 0; ///< since its last sign of life
};

/// A push, as the coordinator sees it.
struct push_overview {
  std::string id;
  std::string source;
  std::string reference;
  push_status status;
  bool ended = false;
  protocol::failure why; ///< once it has ended; `why.code` none: well
};

// ---- tokens ----------------------------------------------------------------------------------

struct authorization_request {
  protocol::url registry;
  std::vector<std::string> scopes;
  std::string challenge; ///< `WWW-Authenticate`; empty: is anything known?
  std::string rejected;  ///< the authorization that was refused or has grown old
};

/// What goes into `Authorization`, and for how long.
struct authorization {
  std::string field;                ///< empty: none is needed, as far as is known
  std::chrono::seconds lifetime{0}; ///< 0: for ever
};

/// What the transport did since the process began.
struct io_totals {
  std::uint64_t body_bytes = 0;
  std::uint64_t connections = 0;
  double disk_seconds = 0;
};

} // namespace flotilla::actors

namespace flotilla::protocol {

template <class Inspector>
auto inspect(Inspector& f, ledger::tally& x) {
  return f(x.blobs, x.bytes);
}
template <class Inspector>
auto inspect(Inspector& f, reference& x) {
  std::string id = x.id ? x.id->to_string() : std::string{};
  auto take_id = [&x, &id]() -> caf::error {
    x.id.reset();
    if (auto parsed = digest::parse(id))
      x.id = *parsed;
    return caf::none;
  };
  return f(x.host, x.repository, x.tag, id, caf::meta::load_callback(take_id));
}

} // namespace flotilla::protocol

namespace flotilla::actors {

template <class Inspector>
auto inspect(Inspector& f, push_options& x) {
  return f(x.to, x.check, x.verify, x.uploads, x.max_uploads, x.checks, x.bandwidth, x.retry_budget,
           x.reach_budget);
}
template <class Inspector>
auto inspect(Inspector& f, source_query& x) {
  return f(x.text, x.manifest_file);
}
template <class Inspector>
auto inspect(Inspector& f, push_order& x) {
  return f(x.source, x.mount_from, x.target, x.at, x.tags, x.options);
}
template <class Inspector>
auto inspect(Inspector& f, limit_change& x) {
  return f(x.sets_uploads, x.uploads, x.sets_bandwidth, x.bandwidth);
}
template <class Inspector>
auto inspect(Inspector& f, body_in_flight& x) {
  return f(x.id, x.size, x.sent);
}
template <class Inspector>
auto inspect(Inspector& f, setback_note& x) {
  return f(x.reason, x.detail, x.wait);
}
template <class Inspector>
auto inspect(Inspector& f, reason_count& x) {
  return f(x.reason, x.count);
}
template <class Inspector>
auto inspect(Inspector& f, node_share& x) {
  return f(x.name, x.blobs, x.bytes, x.seconds, x.disk_seconds, x.wire_seconds, x.registry_seconds);
}
template <class Inspector>
auto inspect(Inspector& f, push_status& x) {
  return f(x.now, x.paused, x.waiting, x.nodes, x.total, x.present, x.mounted, x.uploaded,
           x.resumed, x.missing, x.in_flight_bytes, x.sent_bytes, x.resent_bytes, x.bodies,
           x.bodies_in_all, x.retries, x.last_setback, x.setbacks, x.seconds, x.throttled_seconds,
           x.in_trouble);
}
template <class Inspector>
auto inspect(Inspector& f, absent_blob& x) {
  return f(x.blob, x.id, x.size, x.mountable);
}
template <class Inspector>
auto inspect(Inspector& f, push_report& x) {
  return f(x.why, x.model, x.manifests, x.warnings, x.last, x.tags, x.absent, x.differences,
           x.manifest_present, x.nodes, x.bottleneck);
}
template <class Inspector>
auto inspect(Inspector& f, check_order& x) {
  return f(x.blob, x.id, x.size, x.mount_from);
}
template <class Inspector>
auto inspect(Inspector& f, upload_order& x) {
  return f(x.blob, x.id, x.size, x.naming, x.mount_from);
}
template <class Inspector>
auto inspect(Inspector& f, work_batch& x) {
  return f(x.checks, x.uploads);
}
template <class Inspector>
auto inspect(Inspector& f, engagement& x) {
  return f(x.push, x.source, x.at, x.scopes, x.options);
}
template <class Inspector>
auto inspect(Inspector& f, node_limits& x) {
  return f(x.uploads, x.bandwidth);
}
template <class Inspector>
auto inspect(Inspector& f, outline_head& x) {
  return f(x.ticket, x.blobs, x.manifests, x.mount_sources, x.warnings);
}
template <class Inspector>
auto inspect(Inspector& f, survey_page& x) {
  return f(x.held, x.problems, x.root);
}
template <class Inspector>
auto inspect(Inspector& f, node_info& x) {
  return f(x.id, x.name, x.uploads, x.checks, x.roots, x.admin, x.pushes);
}
template <class Inspector>
auto inspect(Inspector& f, welcome& x) {
  return f(x.refusal, x.lease);
}
template <class Inspector>
auto inspect(Inspector& f, node_overview& x) {
  return f(x.info, x.seen_seconds);
}
template <class Inspector>
auto inspect(Inspector& f, push_overview& x) {
  return f(x.id, x.source, x.reference, x.status, x.ended, x.why);
}
template <class Inspector>
auto inspect(Inspector& f, check_result& x) {
  return f(x.blob, x.present, x.mountable);
}
template <class Inspector>
auto inspect(Inspector& f, upload_result& x) {
  return f(x.blob, x.how);
}
template <class Inspector>
auto inspect(Inspector& f, body_progress& x) {
  return f(x.blob, x.sent, x.more, x.fresh, x.counts);
}
template <class Inspector>
auto inspect(Inspector& f, node_report& x) {
  return f(x.checks, x.uploads, x.returned, x.claimed, x.setbacks, x.failures, x.waiting,
           x.sent_bytes, x.resent_bytes, x.moved, x.in_flight_bytes, x.bodies, x.bodies_in_all,
           x.share);
}
template <class Inspector>
auto inspect(Inspector& f, authorization_request& x) {
  return f(x.registry, x.scopes, x.challenge, x.rejected);
}
template <class Inspector>
auto inspect(Inspector& f, authorization& x) {
  return f(x.field, x.lifetime);
}
template <class Inspector>
auto inspect(Inspector& f, io_totals& x) {
  return f(x.body_bytes, x.connections, x.disk_seconds);
}

} // namespace flotilla::actors

// Every value that travels, and the atoms: verbs. They go over the wire by name; two versions of
// the program refuse each other (`hello`), so that they may change.
CAF_BEGIN_TYPE_ID_BLOCK(flotilla, caf::first_custom_type_id)

CAF_ADD_TYPE_ID(flotilla, (flotilla::protocol::digest))
CAF_ADD_TYPE_ID(flotilla, (flotilla::protocol::failure))
CAF_ADD_TYPE_ID(flotilla, (flotilla::protocol::http_request))
CAF_ADD_TYPE_ID(flotilla, (flotilla::protocol::http_outcome))
CAF_ADD_TYPE_ID(flotilla, (flotilla::protocol::planned_manifest))
CAF_ADD_TYPE_ID(flotilla, (flotilla::protocol::push_plan))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::push_order))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::push_options))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::push_status))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::push_report))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::push_overview))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::limit_change))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::engagement))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::node_limits))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::work_batch))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::node_report))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::check_result))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::upload_order))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::upload_result))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::body_progress))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::setback_note))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::source_query))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::outline_head))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::survey_page))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::shared_plan))
CAF_ADD_TYPE_ID(flotilla, (flotilla::sources::file_problems))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::node_info))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::node_overview))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::welcome))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::authorization_request))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::authorization))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::io_totals))
CAF_ADD_TYPE_ID(flotilla, (std::vector<flotilla::actors::check_order>))
CAF_ADD_TYPE_ID(flotilla, (std::vector<flotilla::actors::node_overview>))
CAF_ADD_TYPE_ID(flotilla, (std::vector<flotilla::actors::push_overview>))
CAF_ADD_TYPE_ID(flotilla, (std::vector<flotilla::protocol::failure>))
CAF_ADD_TYPE_ID(flotilla, (std::vector<flotilla::protocol::planned_blob>))
CAF_ADD_TYPE_ID(flotilla, (std::vector<std::uint8_t>))
CAF_ADD_TYPE_ID(flotilla, (std::vector<std::uint32_t>))
CAF_ADD_TYPE_ID(flotilla, (std::vector<flotilla::actors::upload_result>))

CAF_ADD_ATOM(flotilla, flotilla::atom, again, "again")
CAF_ADD_ATOM(flotilla, flotilla::atom, authorize, "authorize")
CAF_ADD_ATOM(flotilla, flotilla::atom, await, "await")
CAF_ADD_ATOM(flotilla, flotilla::atom, beat, "beat")
CAF_ADD_ATOM(flotilla, flotilla::atom, cancel, "cancel")
CAF_ADD_ATOM(flotilla, flotilla::atom, check, "check")
CAF_ADD_ATOM(flotilla, flotilla::atom, checked, "checked")
CAF_ADD_ATOM(flotilla, flotilla::atom, dial, "dial")
CAF_ADD_ATOM(flotilla, flotilla::atom, drained, "drained")
CAF_ADD_ATOM(flotilla, flotilla::atom, drop, "drop")
CAF_ADD_ATOM(flotilla, flotilla::atom, ended, "ended")
CAF_ADD_ATOM(flotilla, flotilla::atom, engage, "engage")
CAF_ADD_ATOM(flotilla, flotilla::atom, exchange, "exchange")
CAF_ADD_ATOM(flotilla, flotilla::atom, failed, "failed")
CAF_ADD_ATOM(flotilla, flotilla::atom, flush, "flush")
CAF_ADD_ATOM(flotilla, flotilla::atom, forget, "forget")
CAF_ADD_ATOM(flotilla, flotilla::atom, hash, "hash")
CAF_ADD_ATOM(flotilla, flotilla::atom, held, "held")
CAF_ADD_ATOM(flotilla, flotilla::atom, hello, "hello")
CAF_ADD_ATOM(flotilla, flotilla::atom, hungry, "hungry")
CAF_ADD_ATOM(flotilla, flotilla::atom, join, "join")
CAF_ADD_ATOM(flotilla, flotilla::atom, knock, "knock")
CAF_ADD_ATOM(flotilla, flotilla::atom, leave, "leave")
CAF_ADD_ATOM(flotilla, flotilla::atom, limit, "limit")
CAF_ADD_ATOM(flotilla, flotilla::atom, list, "list")
CAF_ADD_ATOM(flotilla, flotilla::atom, locate, "locate")
CAF_ADD_ATOM(flotilla, flotilla::atom, located, "located")
CAF_ADD_ATOM(flotilla, flotilla::atom, look, "look")
CAF_ADD_ATOM(flotilla, flotilla::atom, lost, "lost")
CAF_ADD_ATOM(flotilla, flotilla::atom, manifest, "manifest")
CAF_ADD_ATOM(flotilla, flotilla::atom, moved, "moved")
CAF_ADD_ATOM(flotilla, flotilla::atom, nodes, "nodes")
CAF_ADD_ATOM(flotilla, flotilla::atom, outline, "outline")
CAF_ADD_ATOM(flotilla, flotilla::atom, outlined, "outlined")
CAF_ADD_ATOM(flotilla, flotilla::atom, page, "page")
CAF_ADD_ATOM(flotilla, flotilla::atom, pause, "pause")
CAF_ADD_ATOM(flotilla, flotilla::atom, progress, "progress")
CAF_ADD_ATOM(flotilla, flotilla::atom, publish, "publish")
CAF_ADD_ATOM(flotilla, flotilla::atom, recall, "recall")
CAF_ADD_ATOM(flotilla, flotilla::atom, record, "record")
CAF_ADD_ATOM(flotilla, flotilla::atom, release, "release")
CAF_ADD_ATOM(flotilla, flotilla::atom, report, "report")
CAF_ADD_ATOM(flotilla, flotilla::atom, resume, "resume")
CAF_ADD_ATOM(flotilla, flotilla::atom, sent, "sent")
CAF_ADD_ATOM(flotilla, flotilla::atom, setback, "setback")
CAF_ADD_ATOM(flotilla, flotilla::atom, spent, "spent")
CAF_ADD_ATOM(flotilla, flotilla::atom, status, "status")
CAF_ADD_ATOM(flotilla, flotilla::atom, stop, "stop")
CAF_ADD_ATOM(flotilla, flotilla::atom, submit, "submit")
CAF_ADD_ATOM(flotilla, flotilla::atom, tick, "tick")
CAF_ADD_ATOM(flotilla, flotilla::atom, totals, "totals")
CAF_ADD_ATOM(flotilla, flotilla::atom, upload, "upload")
CAF_ADD_ATOM(flotilla, flotilla::atom, uploaded, "uploaded")
CAF_ADD_ATOM(flotilla, flotilla::atom, verify, "verify")
CAF_ADD_ATOM(flotilla, flotilla::atom, where, "where")
CAF_ADD_ATOM(flotilla, flotilla::atom, work, "work")

CAF_END_TYPE_ID_BLOCK(flotilla)

CAF_ERROR_CODE_ENUM(flotilla::protocol::errc, "protocol")
// These never leave their process.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(flotilla::protocol::http_outcome)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(flotilla::actors::shared_plan)
