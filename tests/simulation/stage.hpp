#pragma once

#include "actors/system_config.hpp"
#include "tests/simulation/draw.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <caf/scheduler/test_coordinator.hpp>

namespace flotilla::simulation {

using moment = caf::actor_clock::time_point;
using span = caf::timespan;

/// Something that must not happen, and has.
struct violation {
  std::string invariant; ///< its name, e.g. `manifest-first`
  std::string detail;
};

/// What all parts of one run share: actors, virtual time, chance, and what is written down. All of
/// it happens on one thread, in an order that the dice decide.
class stage {
public:
  /// @param disorder percent of the steps at which another actor than the next one runs
  stage(std::uint64_t seed, unsigned disorder);
  stage(const stage&) = delete;
  stage& operator=(const stage&) = delete;

  caf::actor_system& system() noexcept {
    return system_;
  }
  draw& dice() noexcept {
    return dice_;
  }
  moment now() const noexcept;
  std::chrono::milliseconds since_begin() const noexcept;
  /// The time of day differs by that much from now on.
  void jump(std::chrono::hours by) noexcept {
    jumped_ += by;
  }

  void later(span wait, std::function<void()> what);
  /// One message, or else the next thing that time brings. @returns false: nothing is left to do.
  bool step();
  /// Whoever was told to end does so, before what he refers to goes.
  void end();
  std::uint64_t steps() const noexcept {
    return steps_;
  }

  /// Two runs that have the same trace have gone alike.
  void note(std::string_view what) noexcept;
  void note(std::uint64_t what) noexcept;
  std::uint64_t trace() const noexcept {
    return trace_;
  }
  /// Shows every line that is said, for people.
  void speak_up() noexcept {
    loud_ = true;
  }
  bool is_loud() const noexcept {
    return loud_;
  }
  void say(const std::string& what);

  /// Only the first is kept.
  void violated(const std::string& invariant, const std::string& detail);
  const violation* broken() const noexcept {
    return broken_.invariant.empty() ? nullptr : &broken_;
  }

private:
  struct config : actors::system_config {
    explicit config(stage& of);
  };

  bool run_an_actor();
  bool pass_time();

  draw dice_;
  draw world_dice_; ///< for the actors: what they take must not change what happens to them
  draw order_;
  unsigned disorder_;
  std::chrono::hours jumped_{0};
  config config_;
  caf::actor_system system_;
  caf::scheduler::test_coordinator& scheduler_;
  moment began_;
  std::multimap<moment, std::function<void()>> agenda_;
  std::uint64_t steps_ = 0;
  std::uint64_t trace_ = 0xcbf29ce484222325;
  violation broken_;
  bool loud_ = false;
};

} // namespace flotilla::simulation
