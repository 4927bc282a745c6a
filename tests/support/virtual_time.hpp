#pragma once

#include "actors/system_config.hpp"

#include <caf/scheduler/test_coordinator.hpp>
#include <gtest/gtest.h>

namespace flotilla::test {

struct virtual_time_config : actors::system_config {
  virtual_time_config() {
    set("scheduler.policy", caf::atom("testing"));
  }
};

/// Runs actors on the test's own thread, under a clock that only the test moves.
class virtual_time : public ::testing::Test {
protected:
  virtual_time() {
    sys.await_actors_before_shutdown(false); // the scheduler is ours: nobody would run the goodbyes
  }

  /// Delivers messages until every mailbox is empty. Time stands still.
  void settle() {
    while (time().try_run_once()) {
    }
  }
  /// Moves the clock in steps, so that what is due earlier happens earlier.
  void pass(std::chrono::milliseconds span,
            std::chrono::milliseconds step = std::chrono::milliseconds{50}) {
    for (; span.count() > 0; span -= step) {
      time().advance_time(std::min(span, step));
      settle();
    }
  }
  caf::scheduler::test_coordinator& time() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  }

  virtual_time_config config;
  caf::actor_system sys{config};
};

} // namespace flotilla::test
