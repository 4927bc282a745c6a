#pragma once

#include "protocol/blob_upload.hpp"
#include "protocol/check_policy.hpp"
#include "protocol/plan.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace flotilla::protocol {

/// What is known of each blob of a push, and what to do next: pure bookkeeping. Blobs go by their
/// index in the plan. Every call costs the same, whatever the number of blobs; a blob costs 6 bytes
/// here, and 4 more while it waits to be sent.
///
/// Life of a blob: unknown → checking → absent → sending → confirmed; unknown → sending where
/// asking does not pay; checking → confirmed where it is there.
class ledger {
public:
  using index = std::uint32_t;

  /// @param blobs outlive the ledger
  ledger(const std::vector<planned_blob>& blobs, check_mode mode);

  /// The next blob to ask for, largest first; nothing while there is none.
  std::optional<index> next_check();
  /// The next blob to send; nothing while there is none.
  std::optional<index> next_upload();

  /// The registry has it.
  void found(index blob);
  /// The registry does not have it.
  void missing(index blob);
  /// It was sent, mounted, or turned out to be there.
  void confirmed(index blob, confirmation how);
  /// It is confirmed, and a second look has shown that it came there otherwise than we thought.
  void corrected(index blob, confirmation how);
  /// Its sender could not finish: it is to be sent again, before all others.
  void returned(index blob);
  /// Trust the registry's word that a manifest which names them all is complete.
  void found_all_unasked();

  struct tally {
    std::uint64_t blobs = 0;
    std::uint64_t bytes = 0;
  };
  const tally& total() const noexcept {
    return total_;
  }
  const tally& of(confirmation how) const noexcept {
    return confirmed_[static_cast<std::size_t>(how)];
  }
  tally confirmed() const noexcept;
  /// Absent, or to be sent unasked; and not confirmed yet.
  const tally& missing() const noexcept {
    return missing_;
  }
  bool all_confirmed() const noexcept {
    return confirmed().blobs == total_.blobs;
  }
  bool all_checked() const noexcept {
    return confirmed().blobs + missing_.blobs == total_.blobs;
  }
  bool is_missing(index blob) const noexcept {
    return states_[blob] == state::absent || states_[blob] == state::sending;
  }

private:
  enum class state : std::uint8_t { unknown, checking, absent, sending, confirmed };

  void confirm(index blob, confirmation how);
  void count_missing(index blob);
  std::optional<index> next_unknown();

  const std::vector<planned_blob>& blobs_;
  check_policy policy_;
  std::vector<state> states_;
  std::vector<confirmation> ways_; ///< of what is confirmed
  std::vector<index> order_;       ///< largest first
  std::size_t cursor_ = 0;         ///< into `order_`: before it nothing is unknown
  std::deque<index> to_send_;      ///< absent, in the order in which that was learned
  std::array<tally, 4> confirmed_{};
  tally missing_;
  tally total_;
};

} // namespace flotilla::protocol
