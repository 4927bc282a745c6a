#pragma once

#include "protocol/blob_upload.hpp"
#include "protocol/check_policy.hpp"
#include "protocol/node_set.hpp"
#include "protocol/plan.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace flotilla::protocol {

/// What is known of each blob of a push, who can read it, and what to do next: pure bookkeeping.
/// Blobs go by their index in the plan. Every call costs the same, whatever the number of blobs; a
/// blob costs 22 bytes here, and 4 more while it waits to be sent.
///
/// Life of a blob: unknown → checking → absent → sending → confirmed; unknown → absent where asking
/// does not pay; checking → confirmed where it is there. What a lost node had in hand is asked for
/// (again): it may have arrived.
class ledger {
public:
  using index = std::uint32_t;

  /// @param blobs outlive the ledger
  ledger(const std::vector<planned_blob>& blobs, check_mode mode);

  /// Whether that node can read the blob.
  void held(index blob, seat_number by, bool can_read);

  /// The next blob to ask for, largest first; nothing while there is none.
  std::optional<index> next_check();
  /// The next blob for that node to send: of those that it can read, one that the fewest can;
  /// nothing while there is none.
  std::optional<index> next_upload(seat_number by);

  /// Whether there may be one, as far as is known without looking at each.
  bool may_have_upload(seat_number by);

  /// The registry has it.
  void found(index blob);
  /// The registry does not have it.
  void missing(index blob);
  /// It was sent, mounted, or turned out to be there.
  void confirmed(index blob, confirmation how);
  /// It is confirmed, and a second look has shown that it came there otherwise than we thought.
  void corrected(index blob, confirmation how);
  /// Its node has not begun to send it: another may, before all others.
  void returned(index blob);
  /// Its node was lost, while it asked for it or sent it: ask again. If it is missing, it goes
  /// before all others.
  void lost(index blob);
  /// A node is sending it already. @returns false where somebody else was told to, or it is done.
  bool claimed(index blob);
  /// Trust the registry's word that a manifest which names them all is complete.
  void found_all_unasked();

  struct tally {
    std::uint64_t blobs = 0;
    std::uint64_t bytes = 0;

    void add(std::uint64_t size) noexcept {
      blobs += 1;
      bytes += size;
    }
    void remove(std::uint64_t size) noexcept {
      blobs -= 1;
      bytes -= size;
    }
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
  /// Blobs that a lost node had in hand, and of which nothing has been heard since.
  std::size_t in_doubt() const noexcept {
    return in_doubt_;
  }
  bool can_read(seat_number who, index blob) const noexcept {
    return holders_[blob].has(who);
  }
  bool is_missing(index blob) const noexcept {
    return states_[blob] == state::absent || states_[blob] == state::sending;
  }
  bool is_confirmed(index blob) const noexcept {
    return states_[blob] == state::confirmed;
  }
  /// A node was told to send it, or said that it does.
  bool is_being_sent(index blob) const noexcept {
    return states_[blob] == state::sending;
  }
  /// How it came to be confirmed; nothing: it is not.
  std::optional<confirmation> way_of(index blob) const noexcept {
    return is_confirmed(blob) ? std::optional{ways_[blob]} : std::nullopt;
  }

private:
  enum class state : std::uint8_t {
    unknown,
    doubted,
    checking,
    checking_again, ///< what a lost node had in hand
    absent,
    sending,
    confirmed
  };

  tally& sum_of(confirmation how) noexcept {
    return confirmed_[static_cast<std::size_t>(how)];
  }
  bool is_being_checked(index blob) const noexcept {
    return states_[blob] == state::checking || states_[blob] == state::checking_again;
  }
  void become(index blob, state now) noexcept;
  void become_absent(index blob);
  void no_longer_missing(index blob);
  std::optional<index> next_unknown();
  std::optional<index> next_queued(seat_number by);

  const std::vector<planned_blob>& blobs_;
  check_policy policy_;
  std::vector<state> states_;
  std::vector<confirmation> ways_; ///< of what is confirmed
  std::vector<node_set> holders_;
  std::vector<index> order_;  ///< largest first
  std::size_t cursor_ = 0;    ///< into `order_`: before it nothing is unknown
  std::deque<index> doubted_; ///< to be asked for whatever the policy says
  /// Absent ones by who can read them, in the order in which that was learned. One that was
  /// confirmed or got another reader since is still here, and passed over.
  std::map<node_set, std::deque<index>, node_set::rarer> to_send_;
  std::array<tally, 4> confirmed_{};
  tally missing_;
  std::size_t in_doubt_ = 0;
  tally total_;
};

template <class Inspector>
auto inspect(Inspector& f, ledger::tally& x) {
  return f(x.blobs, x.bytes);
}

} // namespace flotilla::protocol
