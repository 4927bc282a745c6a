#include "tests/simulation/source.hpp"

#include "actors/errors.hpp"

#include <algorithm>

namespace flotilla::simulation {

using actors::source_query;
using protocol::planned_blob;

namespace {

constexpr const char* root = "/model";
constexpr std::size_t blobs_a_page = 7; ///< few, so that pages are turned

actors::survey_page look_for(const model& of, const node_outfit& here,
                             const std::vector<planned_blob>& wanted) {
  actors::survey_page page;
  page.root = root;
  for (const auto& blob : wanted) {
    const auto found = of.by_digest.find(blob.id.to_string());
    const bool lies_here = found != of.by_digest.end() && here.lacks.count(found->second) == 0;
    page.held.push_back(lies_here ? 1 + static_cast<std::uint8_t>(protocol::blob_naming::oci) : 0);
    if (!lies_here)
      page.problems.add_missing(blob.id.to_string());
  }
  return page;
}

} // namespace

actors::surveyor_actor::behavior_type paper_surveyor(actors::surveyor_actor::pointer,
                                                     const model* of, const node_outfit* what) {
  const auto& plan = of->plan;
  return {
    [what, &plan](atom::outline, const source_query&) -> caf::result<actors::outline_head> {
      if (!what->has_manifests)
        return actors::to_error({protocol::errc::source_invalid, "no model here", {}});
      return actors::outline_head{1, static_cast<std::uint32_t>(plan.blobs.size()),
                                  static_cast<std::uint32_t>(plan.manifests.size()),
                                  plan.mount_sources, plan.warnings};
    },
    [&plan](atom::page, std::uint32_t, std::uint32_t from) {
      const auto first = plan.blobs.begin() + from;
      const auto count = std::min<std::size_t>(blobs_a_page, plan.blobs.size() - from);
      return std::vector<planned_blob>(first, first + static_cast<std::ptrdiff_t>(count));
    },
    [&plan](atom::manifest, std::uint32_t, std::uint32_t which) {
      return plan.manifests.at(which);
    },
    [](atom::forget, std::uint32_t) {},
    [of, what](atom::locate, const source_query&, const std::vector<planned_blob>& wanted) {
      return look_for(*of, *what, wanted);
    },
    [](atom::where, const source_query&) { return std::string{root}; },
  };
}

actors::hasher_actor::behavior_type paper_hasher(actors::hasher_actor::pointer) {
  return {
    [](atom::hash, const std::string& path) -> caf::result<protocol::digest> {
      auto named = protocol::digest::parse(digest_of({path, 0, 0, 0}));
      if (!named)
        return actors::to_error(named.error());
      return *named;
    },
    [](atom::sum, const protocol::file_slice&) { return protocol::md5_sum{}; },
    [](atom::mark, const std::string& path) {
      return sources::file_mark{path, 1, 0, 1};
    },
  };
}

} // namespace flotilla::simulation
