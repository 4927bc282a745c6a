#pragma once

#include "actors/status.hpp"
#include "actors/world.hpp"
#include "protocol/retry.hpp"
#include "protocol/verdict.hpp"

#include <chrono>
#include <optional>
#include <random>

namespace flotilla::actors {

/// How long to wait before a request is sent again: the policy, this actor's own dice, and the
/// clock on the wall for `Retry-After` dates. One for each actor that tries again.
class patience {
public:
  /// @param outside outlives it
  explicit patience(const world& outside) : outside_(&outside), random_(outside.dice()) {
  }

  setback_note note(unsigned attempt, protocol::try_again why) {
    auto now = std::chrono::system_clock::to_time_t(outside_->wall_clock());
    auto asked = protocol::parse_retry_after(why.retry_after, now);
    auto dice = std::uniform_real_distribution<double>{0, 1}(random_);
    return {std::move(why.reason),
            std::move(why.detail),
            protocol::retry_delay(policy_, attempt, asked, dice),
            attempt,
            {}};
  }

private:
  const world* outside_;
  protocol::retry_policy policy_;
  std::minstd_rand random_;
};

} // namespace flotilla::actors
