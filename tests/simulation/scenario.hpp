#pragma once

#include "actors/order.hpp"
#include "tests/simulation/fault.hpp"
#include "tests/simulation/http_line.hpp"
#include "tests/simulation/model.hpp"
#include "tests/simulation/registry.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace flotilla::simulation {

/// What one node has.
struct node_outfit {
  std::uint32_t slots = 4;
  std::set<std::size_t> lacks; ///< blobs of the model that do not lie there
  bool has_manifests = true;
};

/// All that a seed decides beforehand.
struct scenario {
  std::uint64_t seed = 0;
  unsigned disorder = 0; ///< see `stage`
  bool alone = false;    ///< one process, without a fleet
  std::vector<node_outfit> nodes;
  std::chrono::milliseconds lease{2'000}, node_grace{20'000}, report_every{200};
  model what;
  std::set<std::size_t> present;   ///< blobs that the registry has from the start
  std::set<std::size_t> mountable; ///< that the mount source has
  bool manifest_present = false;   ///< with all blobs that are present, or without some
  bool knows_mount_source = false;
  actors::push_options options;
  std::vector<std::string> tags;
  std::chrono::milliseconds submitted_at{1'000};
  habits ways;
  protocol::registry_profile known; ///< of the registry, from earlier pushes
  pace speed;
  span link_delay{1'000'000}; ///< at most
  std::vector<fault> faults;  ///< in order of time

  /// By then the push has ended, whatever happens.
  std::chrono::milliseconds bound() const;
};

scenario draw_scenario(std::uint64_t seed);
/// 0 to 10 of them.
std::vector<fault> draw_faults(draw& dice, const scenario& in, std::chrono::milliseconds usual);
/// For people: one line each for what is not a fault.
std::string describe(const scenario& x);

} // namespace flotilla::simulation
