#include "transport/token_bucket.hpp"

#include <algorithm>
#include <cmath>

namespace flotilla::transport {

namespace {

constexpr std::uint64_t smallest_burst = 16 << 10;

} // namespace

token_bucket::token_bucket(std::uint64_t rate, time_point now) : rate_(rate), since_(now) {
}

std::uint64_t token_bucket::burst() const noexcept {
  return std::max(rate_ / 10, smallest_burst);
}

double token_bucket::saved_at(time_point now) const {
  const std::chrono::duration<double> passed = std::max(now, since_) - since_;
  const auto earned = passed.count() * static_cast<double>(rate_);
  return std::min(saved_ + earned, static_cast<double>(burst()));
}

void token_bucket::settle(time_point now) {
  saved_ = saved_at(now);
  since_ = std::max(now, since_);
}

void token_bucket::set_rate(std::uint64_t rate, time_point now) {
  if (limited())
    settle(now);
  else
    since_ = now;
  rate_ = rate;
  saved_ = limited() ? std::min(saved_, static_cast<double>(burst())) : 0;
}

bool token_bucket::take(std::uint64_t bytes, time_point now) {
  if (!limited())
    return true;
  settle(now);
  const auto wanted = static_cast<double>(bytes);
  if (saved_ < wanted)
    return false;
  saved_ -= wanted;
  return true;
}

void token_bucket::give_back(std::uint64_t bytes) {
  if (limited())
    saved_ = std::min(saved_ + static_cast<double>(bytes), static_cast<double>(burst()));
}

time_point token_bucket::ready_at(std::uint64_t bytes, time_point now) const {
  if (!limited())
    return now;
  const auto missing = static_cast<double>(bytes) - saved_at(now);
  if (missing <= 0)
    return now;
  // Rounded up, and one more: at the time named, the sum must not fall short by a fraction.
  const auto wait = std::ceil(missing * 1e9 / static_cast<double>(rate_)) + 1;
  return now + std::chrono::nanoseconds{static_cast<std::int64_t>(wait)};
}

} // namespace flotilla::transport
