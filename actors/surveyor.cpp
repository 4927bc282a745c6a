#include "actors/surveyor.hpp"

#include "actors/errors.hpp"
#include "sources/survey.hpp"

#include <algorithm>

namespace flotilla::actors {

using protocol::planned_blob;
using protocol::planned_manifest;

namespace {

caf::error unknown_ticket() {
  return to_error({protocol::errc::internal, "a page of a source that is not open", {}});
}

} // namespace

void surveyor_state::wire(sources::source_options around) {
  around_ = std::move(around);
}

sources::source_options surveyor_state::options_for(const source_query& query) const {
  auto options = around_;
  options.manifest_file = query.manifest_file;
  return options;
}

caf::result<outline_head> surveyor_state::outline(const source_query& query) {
  auto plan = sources::outline_source(query.text, options_for(query));
  if (!plan)
    return to_error(plan.error());
  while (outlines_.size() >= most_outlines)
    outlines_.erase(outlines_.begin()); // the oldest
  outline_head head;
  head.ticket = next_ticket_++;
  head.blobs = static_cast<std::uint32_t>(plan->blobs.size());
  head.manifests = static_cast<std::uint32_t>(plan->manifests.size());
  head.mount_sources = plan->mount_sources;
  head.warnings = plan->warnings;
  outlines_.emplace(head.ticket, std::move(*plan));
  return head;
}

caf::result<std::vector<planned_blob>> surveyor_state::blobs(std::uint32_t ticket,
                                                             std::uint32_t from) {
  auto found = outlines_.find(ticket);
  if (found == outlines_.end() || from > found->second.blobs.size())
    return unknown_ticket();
  const auto& all = found->second.blobs;
  auto last = std::min<std::size_t>(all.size(), std::size_t{from} + blobs_a_page);
  return std::vector<planned_blob>(all.begin() + from,
                                   all.begin() + static_cast<std::ptrdiff_t>(last));
}

caf::result<planned_manifest> surveyor_state::manifest(std::uint32_t ticket, std::uint32_t which) {
  auto found = outlines_.find(ticket);
  if (found == outlines_.end() || which >= found->second.manifests.size())
    return unknown_ticket();
  return found->second.manifests[which];
}

void surveyor_state::forget(std::uint32_t ticket) {
  outlines_.erase(ticket);
}

caf::result<survey_page> surveyor_state::locate(const source_query& query,
                                                const std::vector<planned_blob>& wanted) {
  auto files = sources::find_blob_files(query.text, options_for(query));
  if (!files)
    return to_error(files.error());
  auto seen = sources::look_for(*files, wanted);
  survey_page page;
  page.held = std::move(seen.held);
  page.problems = std::move(seen.problems);
  page.root = files->root();
  return page;
}

caf::result<std::string> surveyor_state::where(const source_query& query) {
  auto files = sources::find_blob_files(query.text, options_for(query));
  if (!files)
    return to_error(files.error());
  return files->root();
}

surveyor_actor::behavior_type surveyor(surveyor_state::pointer self,
                                       sources::source_options around) {
  self->state.wire(std::move(around));
  auto& state = self->state;
  return {
    [&state](atom::outline, const source_query& query) { return state.outline(query); },
    [&state](atom::page, std::uint32_t ticket, std::uint32_t from) {
      return state.blobs(ticket, from);
    },
    [&state](atom::manifest, std::uint32_t ticket, std::uint32_t which) {
      return state.manifest(ticket, which);
    },
    [&state](atom::forget, std::uint32_t ticket) { state.forget(ticket); },
    [&state](atom::locate, const source_query& query, const std::vector<planned_blob>& wanted) {
      return state.locate(query, wanted);
    },
    [&state](atom::where, const source_query& query) { return state.where(query); },
  };
}

} // namespace flotilla::actors
