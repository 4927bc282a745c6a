#pragma once

#include "actors/status.hpp"
#include "protocol/retry.hpp"
#include "protocol/verdict.hpp"

#include <chrono>
#include <optional>
#include <random>
#include <system_error>

namespace flotilla::actors {

/// How long to wait before a request is sent again: the policy, this actor's own dice, and the
/// clock on the wall for `Retry-After` dates. One for each actor that tries again.
class patience {
public:
  setback_note note(unsigned attempt, protocol::try_again why) {
    auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    auto asked = protocol::parse_retry_after(why.retry_after, now);
    auto dice = std::uniform_real_distribution<double>{0, 1}(random_);
    return {std::move(why.reason), std::move(why.detail),
            protocol::retry_delay(policy_, attempt, asked, dice)};
  }

private:
  protocol::retry_policy policy_;
  std::minstd_rand random_{std::random_device{}()};
};

} // namespace flotilla::actors
