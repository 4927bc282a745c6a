#pragma once

#include "actors/asker.hpp"
#include "actors/interfaces.hpp"

#include <cstdint>
#include <deque>
#include <vector>

namespace flotilla::actors {

/// What a CHECKER knows between two messages.
class checker_state {
public:
  using interface = checker_actor::extend<caf::reacts_to<atom::again, std::uint32_t>>;
  using pointer = interface::stateful_pointer<checker_state>;
  static inline const char* name = "checker";

  explicit checker_state(pointer self) : self_(self) {
  }

  void wire(crew_desk_actor desk, gateway_actor gateway, engagement job);
  void take(std::vector<check_order> orders);

  asker<pointer> questions;

private:
  void pump();
  void check(check_order order);
  void look_at_mount_source(check_order order);
  void finish(check_result result);

  pointer self_;
  crew_desk_actor desk_;
  engagement job_;
  std::deque<check_order> orders_;
  std::uint32_t in_flight_ = 0;
};

/// Asks through `gateway` for the blobs it is told to, `checks` of the job at once, and reports
/// each to `desk`. Only a 404 means absent; what is unclear is asked again.
checker_state::interface::behavior_type checker(checker_state::pointer self, crew_desk_actor desk,
                                                gateway_actor gateway, engagement job);

} // namespace flotilla::actors
