#include "protocol/ledger.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace flotilla::protocol {

namespace {

/// Blobs that one call may pass on to the queues of other nodes.
constexpr unsigned most_passed_on = 256;

} // namespace

ledger::ledger(const std::vector<planned_blob>& blobs, check_mode mode)
  : blobs_(blobs), policy_(mode), states_(blobs.size(), state::unknown),
    ways_(blobs.size(), confirmation::present), holders_(blobs.size()), order_(blobs.size()) {
  std::iota(order_.begin(), order_.end(), index{0});
  std::stable_sort(order_.begin(), order_.end(),
                   [&](index a, index b) { return blobs_[a].size > blobs_[b].size; });
  total_.blobs = blobs.size();
  for (const auto& blob : blobs)
    total_.bytes += blob.size;
}

void ledger::held(index blob, seat_number by, bool can_read) {
  auto& holders = holders_[blob];
  if (holders.has(by) == can_read)
    return;
  holders.set(by, can_read);
  if (states_[blob] == state::absent)
    to_send_[holders].push_back(blob);
}

// ---- what to do next -------------------------------------------------------------------------

std::optional<ledger::index> ledger::next_unknown() {
  while (cursor_ < order_.size() && states_[order_[cursor_]] != state::unknown)
    ++cursor_;
  if (cursor_ == order_.size())
    return std::nullopt;
  return order_[cursor_];
}

std::optional<ledger::index> ledger::next_check() {
  while (!doubted_.empty()) {
    auto blob = doubted_.front();
    doubted_.pop_front();
    if (states_[blob] != state::doubted)
      continue; // confirmed meanwhile
    become(blob, state::checking_again);
    return blob;
  }
  auto blob = next_unknown();
  if (!blob || policy_.next(blobs_[*blob].size) != check_policy::advice::check)
    return std::nullopt;
  policy_.asked(blobs_[*blob].size);
  become(*blob, state::checking);
  return blob;
}

std::optional<ledger::index> ledger::next_upload(seat_number by) {
  if (auto blob = next_queued(by))
    return blob;
  for (unsigned passed_on = 0; passed_on < most_passed_on; ++passed_on) {
    auto blob = next_unknown();
    if (!blob || policy_.next(blobs_[*blob].size) != check_policy::advice::send)
      return std::nullopt;
    become_absent(*blob);
    if (holders_[*blob].has(by))
      return next_queued(by);
  }
  return std::nullopt;
}

std::optional<ledger::index> ledger::next_queued(seat_number by) {
  for (auto at = to_send_.begin(); at != to_send_.end();) {
    if (!at->first.has(by)) {
      ++at;
      continue;
    }
    for (auto& queue = at->second; !queue.empty();) {
      auto blob = queue.front();
      queue.pop_front();
      if (states_[blob] != state::absent || !(holders_[blob] == at->first))
        continue;
      become(blob, state::sending);
      return blob;
    }
    at = to_send_.erase(at);
  }
  return std::nullopt;
}

bool ledger::may_have_upload(seat_number by) {
  const auto queued = [by](const auto& each) { return each.first.has(by) && !each.second.empty(); };
  if (std::any_of(to_send_.begin(), to_send_.end(), queued))
    return true;
  const auto blob = next_unknown();
  return blob && policy_.next(blobs_[*blob].size) == check_policy::advice::send;
}

void ledger::become(index blob, state now) noexcept {
  auto is_doubt = [](state is) { return is == state::doubted || is == state::checking_again; };
  in_doubt_ += is_doubt(now) ? 1 : 0;
  in_doubt_ -= is_doubt(states_[blob]) ? 1 : 0;
  states_[blob] = now;
}

// ---- what was learned ------------------------------------------------------------------------

void ledger::found(index blob) {
  policy_.learned(blobs_[blob].size, true);
  confirmed(blob, confirmation::present);
}

void ledger::missing(index blob) {
  policy_.learned(blobs_[blob].size, false);
  if (is_being_checked(blob))
    become_absent(blob);
}

/// What a lost node had in hand goes before all others.
void ledger::become_absent(index blob) {
  auto& queue = to_send_[holders_[blob]];
  queue.insert(states_[blob] == state::checking_again ? queue.begin() : queue.end(), blob);
  become(blob, state::absent);
  missing_.add(blobs_[blob].size);
}

void ledger::no_longer_missing(index blob) {
  if (is_missing(blob))
    missing_.remove(blobs_[blob].size);
}

void ledger::confirmed(index blob, confirmation how) {
  if (is_confirmed(blob))
    return;
  no_longer_missing(blob);
  become(blob, state::confirmed);
  ways_[blob] = how;
  sum_of(how).add(blobs_[blob].size);
}

void ledger::corrected(index blob, confirmation how) {
  if (!is_confirmed(blob))
    return;
  sum_of(std::exchange(ways_[blob], how)).remove(blobs_[blob].size);
  sum_of(how).add(blobs_[blob].size);
}

void ledger::returned(index blob) {
  if (states_[blob] != state::sending)
    return;
  become(blob, state::absent);
  to_send_[holders_[blob]].push_front(blob);
}

void ledger::lost(index blob) {
  if (states_[blob] != state::sending && !is_being_checked(blob)) {
    policy_.learned(blobs_[blob].size, is_confirmed(blob)); // its question will not be answered
    return;
  }
  no_longer_missing(blob);
  become(blob, state::doubted);
  doubted_.push_back(blob);
}

bool ledger::claimed(index blob) {
  const auto is = states_[blob];
  if (is == state::sending || is == state::confirmed)
    return false;
  if (is != state::absent)
    missing_.add(blobs_[blob].size);
  become(blob, state::sending);
  return true;
}

void ledger::found_all_unasked() {
  for (index blob = 0; blob < states_.size(); ++blob)
    if (states_[blob] == state::unknown)
      confirmed(blob, confirmation::present);
}

ledger::tally ledger::confirmed() const noexcept {
  tally sum;
  for (const auto& part : confirmed_) {
    sum.blobs += part.blobs;
    sum.bytes += part.bytes;
  }
  return sum;
}

} // namespace flotilla::protocol
