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
  // Bodies of that lane leave with at most so many bytes per second from now on; 0: no bound.
  caf::reacts_to<atom::limit, std::uint32_t, std::uint64_t>,
  // Ends what is under way in that lane.
  caf::reacts_to<atom::cancel, std::uint32_t>,
  // Ends, for that reason, what is under way there with that tag.
  caf::reacts_to<atom::cancel, std::uint32_t, std::uint32_t, protocol::failure>,
  // What the transport did so far.
  caf::replies_to<atom::totals>::with<io_totals>>;

/// The GATEWAY to one registry: adds authorization to what passes, answers 401 with a new one, and
/// follows redirects. One for each push on each node.
using gateway_actor = caf::typed_actor<
  // Passes the request on; answers with the outcome, whatever it is. Never an error.
  caf::replies_to<atom::exchange, protocol::http_request>::with<protocol::http_outcome>,
  // The same for a body whose progress is told to the watcher under that ticket.
  caf::replies_to<atom::exchange, protocol::http_request, body_watcher_actor,
                  std::uint32_t>::with<protocol::http_outcome>,
  // Ends, for that reason, the request whose body that watcher follows under that ticket; its
  // outcome has none, and tells how far the body was. No such request: nothing happens.
  caf::reacts_to<atom::cancel, body_watcher_actor, std::uint32_t, protocol::failure>,
  // The registry wants to be left alone for so long: what comes until then waits here. What is
  // under way goes on, to another authorization or a redirect, too.
  caf::reacts_to<atom::hold, caf::timespan>>;

/// Whoever a GOVERNOR governs: a push.
using governed_actor = caf::typed_actor<
  // So many bodies may be on the wire for it from now on, on all nodes together; 0: as many as it
  // likes.
  caf::reacts_to<atom::limit, std::uint32_t>,
  // The registry has asked everybody to wait so long.
  caf::reacts_to<atom::hold, caf::timespan>>;

/// The GOVERNOR of a registry divides among the pushes what it takes. Pushes go by their id.
using governor_actor = caf::typed_actor<
  // A push begins to send.
  caf::reacts_to<atom::join, std::string, governed_actor>,
  // What it has sent since it said so last. Several times a second.
  caf::reacts_to<atom::report, std::string, registry_usage>,
  // The registry refused something of it as too much, and asked for so long a pause, or for none.
  caf::reacts_to<atom::throttled, std::string, caf::timespan>,
  caf::reacts_to<atom::ended, std::string>>;

/// Whoever asked for an authorization, and may be told of the next one unasked.
using token_listener_actor = caf::typed_actor<
  // From now on this one is good.
  caf::reacts_to<atom::authorize, authorization>>;

/// The TOKEN actor: the only reader of credentials. Many ask at once, one question leaves.
using token_actor = caf::typed_actor<
  // An authorization that answers the challenge and is not the rejected one, or the failure.
  caf::replies_to<atom::authorize, authorization_request>::with<authorization>>;

/// The same, who can be asked how that goes.
using token_office_actor = token_actor::extend<caf::replies_to<atom::totals>::with<token_totals>>;

/// The HASHER reads files. Detached, for it blocks.
using hasher_actor = caf::typed_actor<
  // The digest of the file's content, or errc::source_invalid.
  caf::replies_to<atom::hash, std::string>::with<protocol::digest>,
  // The MD5 of that part, or errc::source_invalid.
  caf::replies_to<atom::sum, protocol::file_slice>::with<protocol::md5_sum>,
  // What tells the file from one that was changed; of one that cannot be read: its path alone.
  caf::replies_to<atom::mark, std::string>::with<sources::file_mark>>;

/// The SURVEYOR looks at the disks of a node. Detached, for it blocks. Every failure is
/// errc::source_invalid or errc::usage, in words for the user.
using surveyor_actor = caf::typed_actor<
  // Reads the source's manifests; the plan is then read in pages, under the answer's ticket.
  caf::replies_to<atom::outline, source_query>::with<outline_head>,
  // The plan's blobs from that index on.
  caf::replies_to<atom::page, std::uint32_t,
                  std::uint32_t>::with<std::vector<protocol::planned_blob>>,
  // The plan's manifest of that index.
  caf::replies_to<atom::manifest, std::uint32_t, std::uint32_t>::with<protocol::planned_manifest>,
  // Nobody will ask for that plan again.
  caf::reacts_to<atom::forget, std::uint32_t>,
  // Which of these blobs lie here, whether or not the manifests do?
  caf::replies_to<atom::locate, source_query,
                  std::vector<protocol::planned_blob>>::with<survey_page>,
  // The directory below which the source's blobs lie.
  caf::replies_to<atom::where, source_query>::with<std::string>>;

/// Where a scout reports: its push.
using scout_desk_actor = caf::typed_actor<
  // What is to be brought. Once.
  caf::reacts_to<atom::outlined, shared_plan>,
  // What that node holds of the blobs from that index on, as in `survey_page::held`.
  caf::reacts_to<atom::held, std::string, std::uint32_t, std::vector<std::uint8_t>>,
  // All is known of that node; its directory, and what is wrong with its files.
  caf::reacts_to<atom::located, std::string, survey_page>,
  // No node can read the source.
  caf::reacts_to<atom::failed, protocol::failure>>;

/// The SCOUT of a push finds out what there is to bring, and which node holds what.
using scout_actor = caf::typed_actor<
  // Another node to ask.
  caf::reacts_to<atom::join, std::string, surveyor_actor>,
  // It is gone.
  caf::reacts_to<atom::lost, std::string>, caf::reacts_to<atom::tick>>;

/// Where checkers and uploaders report: their node. The first string is the push.
using crew_desk_actor
  = caf::typed_actor<caf::reacts_to<atom::checked, std::string, check_result>,
                     caf::reacts_to<atom::uploaded, std::string, upload_result>,
                     caf::reacts_to<atom::moved, std::string, body_progress>,
                     caf::reacts_to<atom::setback, std::string, setback_note>,
                     // Somebody else could go on there.
                     caf::reacts_to<atom::record, std::string, open_upload>,
                     // What is known of the registry by now.
                     caf::reacts_to<atom::learned, std::string, protocol::registry_profile>,
                     // The registry has refused something as too much, and asked for so long a
                     // pause, or for none.
                     caf::reacts_to<atom::throttled, std::string, caf::timespan>,
                     // Nothing more is done for that push.
                     caf::reacts_to<atom::failed, std::string, protocol::failure>,
                     // The uploader with that number could open one more blob.
                     caf::reacts_to<atom::hungry, std::uint32_t>,
                     // A request has been answered, or its body has left.
                     caf::reacts_to<atom::spent, std::string, time_spent>>;

/// A CHECKER asks the registry which blobs it has, many at a time. One for each push on each node.
using checker_actor = caf::typed_actor<
  // Each is answered by one `checked` to the desk, in any order.
  caf::reacts_to<atom::check, std::vector<check_order>>>;

/// An UPLOADER owns one body slot: while one blob's body is on the wire it opens the session of the
/// next and awaits the commit of the last. 1 to 32 a node.
using uploader_actor = caf::typed_actor<
  // Orders for this push will follow; its requests go through this gateway.
  caf::reacts_to<atom::engage, engagement, gateway_actor>,
  // What is known of that push's registry by now.
  caf::reacts_to<atom::learn, std::string, protocol::registry_profile>,
  // Brings the blob there: one `uploaded` or `failed` to the desk. The first string is the push;
  // the last is where to go on, if it is open.
  caf::reacts_to<atom::upload, std::string, protocol::blob_order, open_upload>,
  // Forget this push and what is under way for it. Answers when the sessions are deleted that
  // nobody can go on with, or it was tried in vain.
  caf::replies_to<atom::release, std::string>::with<bool>,
  // Forget one blob of it; a session that nobody can go on with is deleted.
  caf::reacts_to<atom::drop, std::string, protocol::ledger::index>,
  // Its body on the wire is to be given up, for that reason, and gone on with.
  caf::reacts_to<atom::cancel, std::string, protocol::ledger::index, protocol::failure>,
  // A body of its progresses; see `body_watcher_actor`.
  caf::reacts_to<atom::sent, std::uint32_t, std::uint64_t>>;

/// A PUSH hears from its nodes and from the coordinator. Nodes go by their id.
using push_actor = caf::typed_actor<
  // What that node has done since its last report.
  caf::reacts_to<atom::report, std::string, node_report>,
  // How far it is.
  caf::replies_to<atom::status>::with<push_status>,
  // How far its blobs are.
  caf::replies_to<atom::map>::with<protocol::blob_map>,
  // The user wants it to stop: nothing new is begun, and it ends as errc::interrupted.
  caf::reacts_to<atom::stop>,
  // Nothing new is begun until it is resumed.
  caf::reacts_to<atom::pause>, caf::reacts_to<atom::resume>,
  caf::reacts_to<atom::limit, limit_change>>;

/// A NODE does the work of one process: checkers, uploaders, and the files they read. Pushes go by
/// their id.
using node_actor = caf::typed_actor<
  // Work for this push will follow; its tokens come from there. Answered by a report that claims
  // what the node has in hand for it already.
  caf::reacts_to<atom::engage, engagement, push_actor, token_actor>,
  caf::reacts_to<atom::work, std::string, work_batch>,
  // What this push may use here from now on.
  caf::reacts_to<atom::limit, std::string, node_limits>,
  // What is known of its registry by now.
  caf::reacts_to<atom::learn, std::string, protocol::registry_profile>,
  // Its registry wants to be left alone for so long.
  caf::reacts_to<atom::hold, std::string, caf::timespan>,
  // Give these back if they are not begun; answered by a report.
  caf::reacts_to<atom::recall, std::string, std::vector<protocol::ledger::index>>,
  // Somebody else sends these: forget them.
  caf::reacts_to<atom::drop, std::string, std::vector<protocol::ledger::index>>,
  // No more work for this push.
  caf::reacts_to<atom::release, std::string>,
  // The coordinator is gone: finish what is on the wire, forget the rest. True: its lease on us ran
  // out, so others may go on in the sessions that it knows of: leave those.
  caf::reacts_to<atom::lost, bool>,
  // Begin nothing more; answers when nothing is in hand, and nothing is left to be tidied up.
  caf::replies_to<atom::leave>::with<bool>,
  // The pushes that it has work of.
  caf::replies_to<atom::list>::with<std::vector<std::string>>>;

/// The PUBLISHER puts manifests, children first, then tags, and looks at what is served.
using publisher_actor = caf::typed_actor<
  // Is the top manifest there?
  caf::replies_to<atom::look>::with<bool>,
  // Puts them all; answers with the tags that name the model. Trusting, it leaves out what was
  // there when it looked.
  caf::replies_to<atom::publish, bool>::with<std::vector<std::string>>,
  // Compares what is served with the plan; answers with the differences.
  caf::replies_to<atom::verify>::with<std::vector<protocol::failure>>>;

/// The COORDINATOR owns pushes and nodes. One a fleet; a single process is a fleet of one. Pushes
/// and nodes go by their id; one that does not exist is errc::usage.
using coordinator_actor = caf::typed_actor<
  // Are we of one version? Empty, or a sentence that says why not. The caller's version and name.
  // This message never changes.
  caf::replies_to<atom::hello, std::string, std::string>::with<std::string>,
  // A node offers its work.
  caf::replies_to<atom::join, node_info, node_actor, surveyor_actor>::with<welcome>,
  // It lives. False: it is not known (any more), and must join again.
  caf::replies_to<atom::beat, std::string>::with<bool>,
  // It is about to go: no more work for it.
  caf::reacts_to<atom::leave, std::string>,
  // Takes a push; answers with its id. The same source and reference as of one that runs: its id.
  caf::replies_to<atom::submit, push_order>::with<std::string>,
  // Answers when that push has ended.
  caf::replies_to<atom::await, std::string>::with<push_report>,
  caf::replies_to<atom::status, std::string>::with<push_overview>,
  // How far its blobs are, or were at its end; one that ended under an earlier coordinator has
  // none.
  caf::replies_to<atom::map, std::string>::with<protocol::blob_map>,
  // All pushes that run, and the last that have ended.
  caf::replies_to<atom::list>::with<std::vector<push_overview>>,
  caf::replies_to<atom::nodes>::with<std::vector<node_overview>>,
  caf::replies_to<atom::totals>::with<node_totals>,
  // Commands; true: it runs, and has been told.
  caf::replies_to<atom::cancel, std::string>::with<bool>,
  caf::replies_to<atom::pause, std::string>::with<bool>,
  caf::replies_to<atom::resume, std::string>::with<bool>,
  caf::replies_to<atom::limit, std::string, limit_change>::with<bool>>;

/// The DOORBELL tries whether somebody takes connections, for it costs CAF's own dialling dearly to
/// find that out. Detached, for it blocks.
using doorbell_actor = caf::typed_actor<
  // True, or errc::unavailable with the system's reason.
  caf::replies_to<atom::knock, std::string, std::uint16_t>::with<bool>>;

/// The DIALLER finds the coordinator, and sees to it that it is of our version.
using dialler_actor = caf::typed_actor<
  // Host and port. errc::unavailable: nobody answers, or not as a coordinator does, with the
  // reason; errc::usage: it refuses us.
  caf::replies_to<atom::dial, std::string, std::uint16_t>::with<coordinator_actor>>;

/// The MEMBERSHIP of a worker process: joins its node, keeps its lease, and joins again after any
/// loss of the coordinator.
using membership_actor = caf::typed_actor<
  // We are about to end: lets the node finish what is on the wire, for at most so long. True: it
  // did. After that the coordinator has been told, and nothing more is to be done.
  caf::replies_to<atom::leave, caf::timespan>::with<bool>,
  // Whether the coordinator knows us now.
  caf::replies_to<atom::status>::with<bool>>;

/// The JOURNAL keeps what a later coordinator must know. Detached, for it writes to a disk. Pushes
/// go by their id.
using journal_actor = caf::typed_actor<
  // A push begins; its order. Answers when it is kept; false: it could not be.
  caf::replies_to<atom::submit, std::string, push_order>::with<bool>,
  // Its order is another now.
  caf::reacts_to<atom::limit, std::string, push_order>,
  // Its top manifest is known; another than before makes what was recorded be forgotten.
  caf::reacts_to<atom::outlined, std::string, std::string>,
  // These blobs are confirmed.
  caf::reacts_to<atom::record, std::string, std::vector<upload_result>>,
  caf::reacts_to<atom::pause, std::string, bool>,
  caf::reacts_to<atom::ended, std::string, push_report>,
  // Writes what it has gathered.
  caf::reacts_to<atom::flush>,
  // Whether the last write went well.
  caf::replies_to<atom::status>::with<bool>>;

/// The KEEPER remembers what lets a later push do better: how far uploads have come that are not
/// finished, and what was learned of registries. Detached, for it writes to a disk. Pushes go by
/// their id.
using keeper_actor = caf::typed_actor<
  // What is known for a push that begins. The uploads are its own until it ends, or says that there
  // is no more to go on with.
  caf::replies_to<atom::recall, std::string, protocol::endpoint, shared_plan>::with<recollection>,
  // An upload of it stands there now.
  caf::reacts_to<atom::record, std::string, open_upload>,
  // What is known of its registry by now.
  caf::reacts_to<atom::learn, std::string, protocol::registry_profile>,
  // It has ended, or its process is about to.
  caf::reacts_to<atom::ended, std::string>>;

} // namespace flotilla::actors

// The handles that travel.
CAF_BEGIN_TYPE_ID_BLOCK(flotilla_handles, caf::id_block::flotilla::end)

CAF_ADD_TYPE_ID(flotilla_handles, (flotilla::actors::body_watcher_actor))
CAF_ADD_TYPE_ID(flotilla_handles, (flotilla::actors::coordinator_actor))
CAF_ADD_TYPE_ID(flotilla_handles, (flotilla::actors::gateway_actor))
CAF_ADD_TYPE_ID(flotilla_handles, (flotilla::actors::node_actor))
CAF_ADD_TYPE_ID(flotilla_handles, (flotilla::actors::push_actor))
CAF_ADD_TYPE_ID(flotilla_handles, (flotilla::actors::surveyor_actor))
CAF_ADD_TYPE_ID(flotilla_handles, (flotilla::actors::token_actor))

CAF_END_TYPE_ID_BLOCK(flotilla_handles)
