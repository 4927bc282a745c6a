#include "protocol/stream_governor.hpp"

#include <algorithm>

namespace flotilla::protocol {

namespace {

/// What is left after an epoch in which the registry throttled.
constexpr double after_throttling = 0.7;
/// So long a number at which it throttled is kept away from; then it is tried again.
constexpr int ceiling_lasts = 60; // epochs
/// A trial of fewer takes half: a smaller step would be lost in the noise.
constexpr std::uint32_t fewer = 2;
/// So many epochs are compared with so many: noise of a fifth becomes one of a twelfth.
constexpr int telling = 5;
/// Fewer streams must bring so much more to be kept, and more of them not less than so much.
constexpr double clearly_more = 1.15;
constexpr double no_less = 0.98;
/// Answers that take so much less are reason enough for fewer that bring no less; but not those
/// that nobody waits for.
constexpr double clearly_faster = 0.6;
constexpr double noticeable = 0.25; // seconds
/// So many times its best is laboured, and an epoch of that counts as so many of the rest.
constexpr double laboured = 4;
constexpr int laboured_counts = 4;
/// The best is taken to be a little longer with each epoch: what was hours ago is forgotten.
constexpr double forgetting = 1.003;
/// A trial that begins so badly ends at once.
constexpr double hopeless = 0.75;
/// Between trials that changed nothing, doubling: what they cost must not be felt.
constexpr int first_rest = 10;
constexpr int longest_rest = 160;

} // namespace

stream_governor::stream_governor(std::uint32_t least, std::uint32_t most) noexcept
  : least_(least), most_(most), streams_(most), ceiling_(most), next_rest_(first_rest) {
}

void stream_governor::allow(std::uint32_t least, std::uint32_t most) noexcept {
  if (least == least_ && most == most_)
    return;
  const bool all = !is_holding_back() && trying_ == trial::none;
  least_ = least;
  ceiling_ = ceiling_ == most_ ? most : std::min(ceiling_, most);
  most_ = most;
  trying_ = trial::none;
  set(all ? most : streams_);
  here_ = {};
}

void stream_governor::set(std::uint32_t streams) noexcept {
  streams_ = std::clamp(streams, least_, std::max(least_, std::min(most_, ceiling_)));
}

void stream_governor::note(const epoch& last) noexcept {
  if (last.throttled)
    return on_throttled();
  if (ceiling_ < most_ && ++ceiling_age_ > ceiling_lasts)
    ceiling_ = most_;
  if (recovers_) { // the registry says itself how many it takes
    set(streams_ + 1);
    recovers_ = is_holding_back();
    here_ = {};
    return;
  }
  if (!is_telling(last))
    return;
  note_answers(last.answer_seconds);
  if (trying_ == trial::none)
    measure_level(last);
  else
    judge_trial(last);
}

void stream_governor::note_answers(double seconds) noexcept {
  if (seconds <= 0)
    return;
  quickest_ = quickest_ == 0 ? seconds : std::min(quickest_ * forgetting, seconds);
  labours_ = seconds >= noticeable && seconds >= laboured * quickest_;
}

void stream_governor::on_throttled() noexcept {
  const auto at = trying_ == trial::none ? streams_ : std::max(streams_, before_);
  trying_ = trial::none;
  here_ = {};
  ceiling_ = std::max(least_, at - 1);
  ceiling_age_ = 0;
  recovers_ = true;
  set(static_cast<std::uint32_t>(at * after_throttling));
}

/// Streams that had nothing to send say nothing of how many there should be.
bool stream_governor::is_telling(const epoch& last) const noexcept {
  return last.bytes_per_second > 0 && last.in_use > 0
         && last.in_use + 1 >= streams_ - streams_ / 10;
}

void stream_governor::measure::add(const epoch& last) noexcept {
  rate += last.bytes_per_second;
  ++epochs;
  answer += last.answer_seconds;
  answered += last.answer_seconds > 0 ? 1 : 0;
}

void stream_governor::measure::shorten_to(int most) noexcept {
  rate = mean() * std::min(epochs, most);
  answer = answer_seconds() * std::min(answered, most);
  epochs = std::min(epochs, most);
  answered = std::min(answered, most);
}

void stream_governor::measure_level(const epoch& last) noexcept {
  here_.shorten_to(telling - 1);
  here_.add(last);
  if (rest_ > 0)
    rest_ = std::max(0, rest_ - (labours_ ? laboured_counts : 1));
  else if (here_.epochs >= telling)
    try_another();
}

void stream_governor::try_another() noexcept {
  const bool up = streams_ < most_ && !more_is_worse_ && !labours_;
  if (!up && streams_ == least_) {
    more_is_worse_ = false;
    rest_ = next_rest_;
    return;
  }
  if (up)
    try_out(trial::more, streams_ + std::max(1U, most_ / 16));
  else
    try_out(trial::fewer, std::max(1U, streams_ / fewer));
}

void stream_governor::try_out(trial what, std::uint32_t streams) noexcept {
  before_ = streams_;
  there_ = {};
  trying_ = what;
  set(streams);
}

void stream_governor::judge_trial(const epoch& last) noexcept {
  there_.add(last);
  if (there_.mean() < hopeless * here_.mean())
    return go_back();
  if (there_.epochs < telling)
    return;
  if (!is_better())
    return go_back();
  if (trying_ == trial::fewer)
    more_is_worse_ = true; // there may be fewer yet that are better
  here_ = there_;
  trying_ = trial::none;
  next_rest_ = first_rest;
  rest_ = 0;
}

bool stream_governor::is_better() const noexcept {
  const auto gain = there_.mean() / here_.mean();
  const auto before = here_.answer_seconds();
  const auto after = there_.answer_seconds();
  if (trying_ == trial::fewer)
    return gain >= clearly_more
           || (gain >= no_less && before >= noticeable && after > 0
               && after <= clearly_faster * before);
  // Half of what one would hope for, or fear.
  const auto half_way = (1 + static_cast<double>(streams_) / before_) / 2;
  const bool only_waits
    = gain < half_way && after >= noticeable && before > 0 && after >= half_way * before;
  return gain >= no_less && !only_waits;
}

void stream_governor::go_back() noexcept {
  if (trying_ == trial::fewer && labours_) { // it is slow for another reason: that is its best now
    quickest_ = here_.answer_seconds();
    labours_ = false;
  }
  more_is_worse_ = trying_ == trial::more;
  trying_ = trial::none;
  set(before_);
  rest_ = next_rest_;
  next_rest_ = std::min(2 * next_rest_, longest_rest);
}

} // namespace flotilla::protocol
