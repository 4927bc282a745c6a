#include "protocol/ledger.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace flotilla::protocol {

ledger::ledger(const std::vector<planned_blob>& blobs, check_mode mode)
  : blobs_(blobs), policy_(mode), states_(blobs.size(), state::unknown),
    ways_(blobs.size(), confirmation::present), order_(blobs.size()) {
  std::iota(order_.begin(), order_.end(), index{0});
  std::stable_sort(order_.begin(), order_.end(),
                   [&](index a, index b) { return blobs_[a].size > blobs_[b].size; });
  total_.blobs = blobs.size();
  for (const auto& blob : blobs)
    total_.bytes += blob.size;
}

std::optional<ledger::index> ledger::next_unknown() {
  while (cursor_ < order_.size() && states_[order_[cursor_]] != state::unknown)
    ++cursor_;
  if (cursor_ == order_.size())
    return std::nullopt;
  return order_[cursor_];
}

std::optional<ledger::index> ledger::next_check() {
  auto blob = next_unknown();
  if (!blob || policy_.next(blobs_[*blob].size) != check_policy::advice::check)
    return std::nullopt;
  policy_.asked(blobs_[*blob].size);
  states_[*blob] = state::checking;
  return blob;
}

std::optional<ledger::index> ledger::next_upload() {
  while (!to_send_.empty()) {
    auto blob = to_send_.front();
    to_send_.pop_front();
    if (states_[blob] != state::absent)
      continue; // confirmed meanwhile
    states_[blob] = state::sending;
    return blob;
  }
  auto blob = next_unknown();
  if (!blob || policy_.next(blobs_[*blob].size) != check_policy::advice::send)
    return std::nullopt;
  states_[*blob] = state::sending;
  count_missing(*blob);
  return blob;
}

void ledger::found(index blob) {
  policy_.learned(blobs_[blob].size, true);
  confirm(blob, confirmation::present);
}

void ledger::missing(index blob) {
  policy_.learned(blobs_[blob].size, false);
  if (states_[blob] != state::checking)
    return;
  states_[blob] = state::absent;
  to_send_.push_back(blob);
  count_missing(blob);
}

void ledger::count_missing(index blob) {
  missing_.blobs += 1;
  missing_.bytes += blobs_[blob].size;
}

void ledger::confirmed(index blob, confirmation how) {
  confirm(blob, how);
}

void ledger::corrected(index blob, confirmation how) {
  if (states_[blob] != state::confirmed)
    return;
  auto& before = confirmed_[static_cast<std::size_t>(std::exchange(ways_[blob], how))];
  before.blobs -= 1;
  before.bytes -= blobs_[blob].size;
  auto& now = confirmed_[static_cast<std::size_t>(how)];
  now.blobs += 1;
  now.bytes += blobs_[blob].size;
}

void ledger::returned(index blob) {
  if (states_[blob] != state::sending)
    return;
  states_[blob] = state::absent;
  to_send_.push_front(blob);
}

void ledger::found_all_unasked() {
  for (index blob = 0; blob < states_.size(); ++blob)
    if (states_[blob] == state::unknown)
      confirm(blob, confirmation::present);
}

void ledger::confirm(index blob, confirmation how) {
  auto& is = states_[blob];
  if (is == state::confirmed)
    return;
  const auto size = blobs_[blob].size;
  if (is == state::absent || is == state::sending) {
    missing_.blobs -= 1;
    missing_.bytes -= size;
  }
  is = state::confirmed;
  ways_[blob] = how;
  auto& sum = confirmed_[static_cast<std::size_t>(how)];
  sum.blobs += 1;
  sum.bytes += size;
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
