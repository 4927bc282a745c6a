#pragma once

#include "protocol/plan.hpp"
#include "tests/simulation/draw.hpp"

#include <map>
#include <string>

namespace flotilla::simulation {

/// A model that lies on no disk: digests and sizes, and manifests that name them.
struct model {
  protocol::push_plan plan;
  std::map<std::string, std::size_t> by_digest; ///< blobs of the plan

  std::uint64_t size_of(const std::string& digest) const;
};

/// 1 to 60 blobs of 0 bytes to 20 GiB, some of one size; one manifest, or several and an index.
model draw_model(draw& dice);

/// All digests that a manifest of such a model names.
std::vector<std::string> digests_in(const std::string& manifest);

} // namespace flotilla::simulation
