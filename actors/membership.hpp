#pragma once

#include "actors/interfaces.hpp"
#include "actors/world.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <random>
#include <string>

namespace flotilla::actors {

/// Where a worker's coordinator is, and who the worker is.
struct membership_options {
  std::string host;
  std::uint16_t port = 0;
  node_info self;
  /// Called once if the node dies, which is a mistake of ours: the process is of no more use.
  std::function<void()> on_node_death;
};

/// What the MEMBERSHIP knows between two messages.
class membership_state {
public:
  using interface = membership_actor::extend<caf::reacts_to<atom::join>,
                                             caf::reacts_to<atom::beat, std::uint32_t>,
                                             caf::reacts_to<atom::lost>>;
  using pointer = interface::stateful_pointer<membership_state>;
  using moment = caf::actor_clock::time_point;
  static inline const char* name = "membership";

  explicit membership_state(pointer self) : self_(self), random_(world_of(self->system()).dice()) {
  }

  void wire(membership_options options, dialler_actor dialler, node_actor node,
            surveyor_actor surveyor);
  void seek();
  void beat(std::uint32_t term);
  void end_lease();
  caf::result<bool> leave(caf::timespan patience);
  bool is_member() const noexcept {
    return joined_;
  }

private:
  void join(coordinator_actor found);
  void on_welcome(const welcome& said, moment asked);
  void beat_later(moment last);
  void on_lost(std::uint32_t term, const std::string& why);
  void on_node_death();
  void try_later(const std::string& why);
  std::string where() const;

  pointer self_;
  membership_options is_;
  dialler_actor dialler_;
  node_actor node_;
  surveyor_actor surveyor_;
  coordinator_actor coordinator_;
  std::uint32_t term_ = 0; ///< grows with each coordinator: tells answers to an earlier one
  bool joined_ = false;
  bool leaving_ = false;
  std::chrono::milliseconds lease_{5'000};
  /// When we asked what the coordinator last answered: our lease on its side begins no earlier.
  moment renewed_{};
  unsigned attempts_ = 0;    ///< since we were last a member
  std::string last_trouble_; ///< said once, not at every attempt
  std::minstd_rand random_;
};

membership_state::interface::behavior_type membership(membership_state::pointer self,
                                                      membership_options options,
                                                      dialler_actor dialler, node_actor node,
                                                      surveyor_actor surveyor);

} // namespace flotilla::actors
