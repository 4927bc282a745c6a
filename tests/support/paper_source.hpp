#pragma once

#include "actors/interfaces.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <utility>
#include <vector>

namespace flotilla::test {

/// A source without a disk: stands in for a SURVEYOR.
struct paper_source {
  protocol::push_plan plan;
  bool has_manifests = true;
  std::set<protocol::digest> lacks;       ///< blobs that do not lie here
  std::chrono::seconds looks_for_them{0}; ///< how long it takes to tell which do
  protocol::failure objection{protocol::errc::source_invalid, "no model here", {}};
};

using paper_surveyor_actor = actors::surveyor_actor::extend<caf::reacts_to<atom::tick>>;

inline paper_surveyor_actor::behavior_type
paper_surveyor(paper_surveyor_actor::pointer self, std::shared_ptr<const paper_source> source) {
  using caf::typed_response_promise;
  auto unanswered = std::make_shared<
    std::vector<std::pair<typed_response_promise<actors::survey_page>, actors::survey_page>>>();
  using actors::source_query;
  using protocol::planned_blob;
  const auto& plan = source->plan;
  return {
    [source, &plan](atom::outline, const source_query&) -> caf::result<actors::outline_head> {
      if (!source->has_manifests)
        return caf::make_error(source->objection.code, source->objection.message, std::string{});
      return actors::outline_head{7, static_cast<std::uint32_t>(plan.blobs.size()),
                                  static_cast<std::uint32_t>(plan.manifests.size()),
                                  plan.mount_sources, plan.warnings};
    },
    [&plan](atom::page, std::uint32_t, std::uint32_t from) {
      constexpr std::size_t page = 3; // small, so that tests turn it
      auto first = plan.blobs.begin() + from;
      auto last = first + static_cast<std::ptrdiff_t>(std::min(page, plan.blobs.size() - from));
      return std::vector<planned_blob>(first, last);
    },
    [&plan](atom::manifest, std::uint32_t, std::uint32_t which) { return plan.manifests[which]; },
    [](atom::forget, std::uint32_t) {},
    [self, source,
     unanswered](atom::locate, const source_query&,
                 const std::vector<planned_blob>& wanted) -> caf::result<actors::survey_page> {
      actors::survey_page page;
      page.root = "/model";
      for (const auto& blob : wanted) {
        auto here = source->lacks.count(blob.id) == 0;
        page.held.push_back(here ? 1 : 0);
        if (!here)
          page.problems.add_missing(blob.id.to_string());
      }
      if (source->looks_for_them.count() == 0)
        return page;
      unanswered->emplace_back(self->make_response_promise<actors::survey_page>(), page);
      self->delayed_send(self, source->looks_for_them, atom::tick_v);
      return unanswered->back().first;
    },
    [](atom::where, const source_query&) { return std::string{"/model"}; },
    [unanswered](atom::tick) {
      for (auto& [promise, page] : std::exchange(*unanswered, {}))
        promise.deliver(std::move(page));
    },
  };
}

} // namespace flotilla::test
