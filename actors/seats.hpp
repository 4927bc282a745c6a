#pragma once

#include "actors/interfaces.hpp"
#include "protocol/node_set.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace flotilla::actors {

/// One node that works for a push, and what it has in hand.
struct seat {
  enum class stage : std::uint8_t {
    surveyed, ///< we are finding out what it holds
    located,  ///< that is known
    engaged,  ///< it was asked to work, and has not said yet what it has in hand
    working,
    leaving, ///< gets nothing more
  };
  using index = protocol::ledger::index;

  std::string id;
  node_actor node;
  protocol::seat_number number = 0;
  stage is = stage::surveyed;
  std::vector<std::uint8_t> held;                   ///< of each blob, as in `survey_page::held`
  std::unordered_set<index> checks;                 ///< granted and not reported
  std::unordered_map<index, std::uint64_t> uploads; ///< likewise; their bytes
  std::uint64_t upload_bytes = 0;
  std::uint32_t waiting
    = 0;                    ///< of the uploads, those that no uploader had taken at its last report
  bool owes_claims = false; ///< was asked to work, and has not answered with what it has in hand
  bool recalled = false;    ///< was asked in this beat to give something back
  std::uint32_t slots = 32; ///< bodies that the node can send at once
  node_limits limits;
  std::uint64_t sent_lately = 0; ///< bytes since the rate was noted
  double rate = 0;               ///< bytes per second, smoothed
  int slow_notes = 0;            ///< in a row: it used much less than it may
  node_report last;              ///< for its figures; its lists are empty

  bool is_idle() const noexcept {
    return checks.empty() && uploads.empty();
  }
  void note_rate(std::chrono::duration<double> since_last) noexcept;
  /// Bytes per second that it could make use of; `all_there_is`: all that it may have.
  std::uint64_t wanted_rate() const noexcept;
  void grant_upload(index blob, std::uint64_t bytes);
  void drop_upload(index blob);
};

/// The nodes that work for one push: pure bookkeeping, a part of the PUSH's state. At most
/// `protocol::node_set::capacity` at a time.
class seats {
public:
  /// @returns nothing when all seats are taken
  seat* add(const std::string& id, node_actor node, const std::string& name);
  seat* find(const std::string& id);
  /// Takes the node's share into `shares`.
  void remove(const std::string& id);

  template <class F>
  void for_each(F visit) {
    for (auto& [id, each] : seats_)
      visit(each);
  }
  /// Those that may get work, the least busy first.
  std::vector<seat*> by_need();
  bool any_in(seat::stage stage) const;
  bool any_owes_claims() const;
  bool all_idle() const;
  std::size_t count() const noexcept {
    return seats_.size();
  }

  /// What each has done, those that are gone included.
  std::vector<node_share> shares() const;
  /// Adds what is on the wire.
  void write(push_status& to) const;

private:
  std::map<std::string, seat> seats_;          ///< by id
  std::map<std::string, node_share> departed_; ///< by name
};

} // namespace flotilla::actors
