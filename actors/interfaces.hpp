#pragma once

#include "actors/messages.hpp"

// The whole conversation of the house on one page. Who holds a handle may say what stands here.

namespace flotilla::actors {

/// How a body progresses: who sends one may be told.
using body_watcher_actor = caf::typed_actor<
  // `sent` bytes of the body with that ticket were handed to the network; less than before: again
  // from the start.
  caf::reacts_to<atom::sent, std::uint32_t, std::uint64_t>>;

/// The HTTP actor: the only way from the actors to the network. One a process. Asked directly,
/// never through a delegation: answers come from the engine's thread.
using http_actor = caf::typed_actor<
  // Sends the request as it is; answers with the outcome, whatever it is. Never an error.
  caf::replies_to<atom::exchange, protocol::http_request>::with<protocol::http_outcome>,
  // The same for a body whose progress is told to the watcher under that ticket.
  caf::replies_to<atom::exchange, protocol::http_request, body_watcher_actor,
                  std::uint32_t>::with<protocol::http_outcome>,
  // What the transport did so far.
  caf::replies_to<atom::totals>::with<io_totals>>;

/// The GATEWAY to one registry: adds authorization to what passes, answers 401 with a new one, and
/// follows redirects. One for each push on each node.
using gateway_actor = caf::typed_actor<
  caf::replies_to<atom::exchange, protocol::http_request>::with<protocol::http_outcome>,
  caf::replies_to<atom::exchange, protocol::http_request, body_watcher_actor,
                  std::uint32_t>::with<protocol::http_outcome>>;

/// The TOKEN actor: the only reader of credentials. Many ask at once, one question leaves.
using token_actor = caf::typed_actor<
  // An authorization that answers the challenge and is not the rejected one, or the failure.
  caf::replies_to<atom::authorize, authorization_request>::with<authorization>>;

/// The HASHER: reads files whole. Detached, for it blocks.
using hasher_actor = caf::typed_actor<
  // The digest of the file's content, or errc::source_invalid.
  caf::replies_to<atom::hash, std::string>::with<protocol::digest>>;

/// Where checkers and uploaders report: their node.
using crew_desk_actor
  = caf::typed_actor<caf::reacts_to<atom::checked, std::string, check_result>,
                     caf::reacts_to<atom::uploaded, std::string, upload_result>,
                     caf::reacts_to<atom::moved, std::string, body_progress>,
                     caf::reacts_to<atom::setback, std::string, setback_note>,
                     caf::reacts_to<atom::failed, std::string, protocol::failure>,
                     // The uploader with that number could open one more blob.
                     caf::reacts_to<atom::hungry, std::uint32_t>,
                     // Seconds spent on the wire, and waiting for the registry.
                     caf::reacts_to<atom::spent, std::string, double, double>>;

/// A CHECKER asks the registry which blobs it has, many at a time. One for each push on each node.
using checker_actor = caf::typed_actor<caf::reacts_to<atom::check, std::vector<check_order>>>;

/// An UPLOADER owns one body slot: while one blob's body is on the wire it opens the session of the
/// next and awaits the commit of the last. 1 to 32 a node.
using uploader_actor = caf::typed_actor<
  // Orders for this push will follow; its requests go through this gateway.
  caf::reacts_to<atom::engage, engagement, gateway_actor>,
  caf::reacts_to<atom::upload, std::string, upload_order>,
  // Forget this push and what is under way for it.
  caf::reacts_to<atom::release, std::string>,
  caf::reacts_to<atom::sent, std::uint32_t, std::uint64_t>>;

/// A PUSH hears from its nodes.
using push_actor = caf::typed_actor<caf::reacts_to<atom::report, std::string, node_report>,
                                    // How far it is.
                                    caf::replies_to<atom::status>::with<push_status>,
                                    // The user wants it to stop: nothing new is begun.
                                    caf::reacts_to<atom::stop>>;

/// A NODE does the work of one process: checkers, uploaders, and the files they read.
using node_actor = caf::typed_actor<
  // Work for this push will follow.
  caf::reacts_to<atom::engage, engagement, push_actor>,
  caf::reacts_to<atom::work, std::string, work_batch>,
  // No more work for this push.
  caf::reacts_to<atom::release, std::string>>;

/// The PUBLISHER puts manifests, children first, then tags, and looks at what is served.
using publisher_actor = caf::typed_actor<
  // Is the top manifest there?
  caf::replies_to<atom::look>::with<bool>,
  // Puts them all; answers with the tags that name the model. Trusting, it leaves out what was
  // there when it looked.
  caf::replies_to<atom::publish, bool>::with<std::vector<std::string>>,
  // Compares what is served with the plan; answers with the differences.
  caf::replies_to<atom::verify>::with<std::vector<protocol::failure>>>;

/// The COORDINATOR owns pushes and nodes. One a fleet; a single process is a fleet of one.
using coordinator_actor = caf::typed_actor<
  // Takes a push; answers with its handle. When it ends the follower gets `ended` and the report.
  caf::replies_to<atom::submit, push_order, caf::actor>::with<push_actor>,
  // A node offers its work under that name.
  caf::reacts_to<atom::join, std::string, node_actor>>;

} // namespace flotilla::actors

// The handles that travel.
CAF_BEGIN_TYPE_ID_BLOCK(flotilla_handles, caf::id_block::flotilla::end)

CAF_ADD_TYPE_ID(flotilla_handles, (flotilla::actors::body_watcher_actor))
CAF_ADD_TYPE_ID(flotilla_handles, (flotilla::actors::gateway_actor))
CAF_ADD_TYPE_ID(flotilla_handles, (flotilla::actors::node_actor))
CAF_ADD_TYPE_ID(flotilla_handles, (flotilla::actors::push_actor))

CAF_END_TYPE_ID_BLOCK(flotilla_handles)
