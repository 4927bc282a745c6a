#pragma once

#include "actors/interfaces.hpp"
#include "protocol/stream_governor.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::actors {

/// What a GOVERNOR knows between two messages.
class governor_state {
public:
  using interface = governor_actor::extend<caf::reacts_to<atom::tick>>;
  using pointer = interface::stateful_pointer<governor_state>;
  static inline const char* name = "governor";

  /// What is learned is learned of so long a time.
  static constexpr std::chrono::seconds epoch{2};

  explicit governor_state(pointer self) : self_(self) {
  }

  void join(const std::string& push, governed_actor whom);
  void note(const std::string& push, const registry_usage& usage);
  void on_throttled(const std::string& push, caf::timespan pause);
  void leave(const std::string& push);
  void tick();

private:
  struct client {
    governed_actor push;
    registry_usage last;
    std::uint32_t share = 0; ///< as it was told; 0: all that it may have
  };

  void share_out();

  pointer self_;
  std::map<std::string, client> clients_; ///< by push
  std::optional<protocol::stream_governor> streams_;
  std::uint64_t bytes_ = 0;                   ///< in this epoch
  std::uint64_t in_use_ = 0;                  ///< streams, summed over the notes
  std::uint32_t notes_ = 0;                   ///< of one push: all tell alike often
  opening_times openings_;                    ///< in this epoch
  bool throttled_ = false;                    ///< in this epoch
  bool held_back_ = false;                    ///< likewise: by a bandwidth limit, or a pause
  caf::actor_clock::time_point held_until_{}; ///< the end of a pause
  bool ticking_ = false;
};

/// Sees to it that all pushes to one registry together send it as much as it takes, and no more:
/// shares the streams out that it seems to take, and passes a pause that it asks one node for on to
/// all. One for each registry, beside the coordinator.
governor_state::interface::behavior_type governor(governor_state::pointer self);

} // namespace flotilla::actors
