#pragma once

#include "actors/authorization.hpp"
#include "actors/holdings.hpp"
#include "actors/open_upload.hpp"
#include "actors/order.hpp"
#include "actors/overview.hpp"
#include "actors/status.hpp"
#include "actors/work.hpp"
#include "protocol/http.hpp"
#include "protocol/md5.hpp"

#include <caf/all.hpp>

#include <string>

namespace flotilla::protocol {

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

// Every value that travels, and the atoms: verbs. They go over the wire by name; two versions of
// the program refuse each other (`hello`), so that they may change.
CAF_BEGIN_TYPE_ID_BLOCK(flotilla, caf::first_custom_type_id)

CAF_ADD_TYPE_ID(flotilla, (flotilla::protocol::blob_map))
CAF_ADD_TYPE_ID(flotilla, (flotilla::protocol::digest))
CAF_ADD_TYPE_ID(flotilla, (flotilla::protocol::failure))
CAF_ADD_TYPE_ID(flotilla, (flotilla::protocol::file_slice))
CAF_ADD_TYPE_ID(flotilla, (flotilla::protocol::http_request))
CAF_ADD_TYPE_ID(flotilla, (flotilla::protocol::http_outcome))
CAF_ADD_TYPE_ID(flotilla, (flotilla::protocol::md5_sum))
CAF_ADD_TYPE_ID(flotilla, (flotilla::protocol::planned_manifest))
CAF_ADD_TYPE_ID(flotilla, (flotilla::protocol::push_plan))
CAF_ADD_TYPE_ID(flotilla, (flotilla::protocol::registry_profile))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::open_upload))
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
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::node_totals))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::node_work))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::setback_note))
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::token_totals))
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
CAF_ADD_TYPE_ID(flotilla, (flotilla::actors::time_spent))
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
CAF_ADD_ATOM(flotilla, flotilla::atom, hold, "hold")
CAF_ADD_ATOM(flotilla, flotilla::atom, hungry, "hungry")
CAF_ADD_ATOM(flotilla, flotilla::atom, join, "join")
CAF_ADD_ATOM(flotilla, flotilla::atom, knock, "knock")
CAF_ADD_ATOM(flotilla, flotilla::atom, learn, "learn")
CAF_ADD_ATOM(flotilla, flotilla::atom, learned, "learned")
CAF_ADD_ATOM(flotilla, flotilla::atom, leave, "leave")
CAF_ADD_ATOM(flotilla, flotilla::atom, limit, "limit")
CAF_ADD_ATOM(flotilla, flotilla::atom, list, "list")
CAF_ADD_ATOM(flotilla, flotilla::atom, locate, "locate")
CAF_ADD_ATOM(flotilla, flotilla::atom, located, "located")
CAF_ADD_ATOM(flotilla, flotilla::atom, look, "look")
CAF_ADD_ATOM(flotilla, flotilla::atom, lost, "lost")
CAF_ADD_ATOM(flotilla, flotilla::atom, manifest, "manifest")
CAF_ADD_ATOM(flotilla, flotilla::atom, map, "map")
CAF_ADD_ATOM(flotilla, flotilla::atom, mark, "mark")
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
CAF_ADD_ATOM(flotilla, flotilla::atom, sum, "sum")
CAF_ADD_ATOM(flotilla, flotilla::atom, throttled, "throttled")
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
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(flotilla::protocol::md5_sum)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(flotilla::actors::shared_plan)
