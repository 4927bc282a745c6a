#pragma once

#include "protocol/plan.hpp"
#include "sources/file_problems.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace flotilla::actors {

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

template <class Inspector>
auto inspect(Inspector& f, outline_head& x) {
  return f(x.ticket, x.blobs, x.manifests, x.mount_sources, x.warnings);
}
template <class Inspector>
auto inspect(Inspector& f, survey_page& x) {
  return f(x.held, x.problems, x.root);
}

} // namespace flotilla::actors
