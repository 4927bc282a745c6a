#pragma once

#include "protocol/plan.hpp"

#include <cstddef>

namespace flotilla::bench {

/// A model of so many blobs that lies nowhere: an index of as few artifact manifests as a registry
/// takes, 25,000 layers in each, and the empty config, which is one of the blobs. Digests of blobs
/// are made up, those of manifests are right. The same number gives the same model.
protocol::push_plan paper_model(std::size_t blobs);

} // namespace flotilla::bench
