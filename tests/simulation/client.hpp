#pragma once

#include "actors/interfaces.hpp"
#include "tests/simulation/process.hpp"
#include "tests/simulation/watch.hpp"

#include <functional>
#include <optional>
#include <string>

namespace flotilla::simulation {

/// Who hands the push in, looks at it now and then, and waits for its end; again with every
/// coordinator that takes the place of one that died.
class client {
public:
  client(place in, watch& over, actors::push_order order);

  /// From now on, as soon as there is a coordinator.
  void begin();
  /// There is a coordinator, again.
  void greet(const actors::coordinator_actor& head);
  /// It is gone.
  void lose_head();

  void pause(bool on);
  void limit(std::uint32_t uploads);
  void cancel();

  /// Once the push has ended.
  const std::optional<actors::push_report>& report() const noexcept {
    return report_;
  }
  /// The same once more: nothing of the last try is known.
  void begin_anew();

private:
  template <class Answer, class... Words>
  void ask(std::function<void(Answer&)> then, std::function<void(const caf::error&)> otherwise,
           Words... words);
  void submit();
  void await();
  void look();
  template <class... Words>
  void command(Words... words);

  place in_;
  watch& over_;
  actors::push_order order_;
  actors::coordinator_actor head_;
  unsigned heads_ = 0; ///< so far: tells an answer from one of an earlier head
  std::string id_;     ///< of the push; empty: not known
  std::optional<actors::push_report> report_;
  bool begun_ = false;
  bool paused_ = false; ///< by our command
};

} // namespace flotilla::simulation
