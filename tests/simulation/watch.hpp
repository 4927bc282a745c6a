#pragma once

#include "actors/status.hpp"
#include "tests/simulation/disk.hpp"
#include "tests/simulation/registry.hpp"
#include "tests/simulation/scenario.hpp"

namespace flotilla::simulation {

/// The invariants that can be seen in what a push says of itself (docs/architecture.md). Those of
/// what it does are watched where it is done: `registry`, `internet`, `http_line`.
class watch {
public:
  watch(stage& on, const scenario& of, registry& at) : on_(on), of_(of), at_(at) {
  }

  void status(const actors::push_status& now);
  /// @param test whether all nodes have been here for the whole grace that a push has for them
  void ask_for_nodes(std::function<bool()> test) {
    all_here_ = std::move(test);
  }
  /// A new coordinator may know less than the last one did.
  void forget() noexcept {
    confirmed_ = 0;
    sent_ = 0;
  }
  void recorded(const std::vector<actors::upload_result>& confirmed);
  /// @param faults that were in force
  void report(const actors::push_report& last);

private:
  void done(const actors::push_report& last);
  void planned(const actors::push_report& last);
  bool is_explained(protocol::errc how) const;

  stage& on_;
  const scenario& of_;
  registry& at_;
  std::function<bool()> all_here_ = [] { return false; };
  std::uint64_t confirmed_ = 0; ///< bytes
  std::uint64_t sent_ = 0;
};

} // namespace flotilla::simulation
