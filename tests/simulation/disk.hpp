#pragma once

#include "actors/coordinator.hpp"
#include "tests/simulation/stage.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace flotilla::simulation {

/// The coordinator's disk: what its journal has written. It outlives the process; of what was
/// confirmed last, a power cut may take the end, as of store::journal.
class disk {
public:
  struct entry {
    actors::push_order order;
    std::string model;
    bool paused = false;
    std::vector<actors::upload_result> confirmed;
    std::size_t safe = 0; ///< of those, survive a power cut
    std::optional<actors::push_report> report;
  };

  explicit disk(stage& on) : on_(on) {
  }

  void fill_up(moment until) {
    full_until_ = std::max(full_until_, until);
  }
  /// Whether a write can succeed now.
  bool takes() const {
    return on_.now() >= full_until_;
  }
  void power_cut();
  std::vector<actors::kept_push> kept() const;

  std::map<std::string, entry> entries; ///< by push

private:
  stage& on_;
  moment full_until_{};
};

/// Told of all that is written down as confirmed, before it is.
using on_confirmed
  = std::function<void(const std::string& push, const std::vector<actors::upload_result>&)>;

/// What a paper journal knows between two messages.
struct paper_journal_state {
  std::map<std::string, std::vector<actors::upload_result>> gathered; ///< not written yet
  bool flush_is_due = false;
};

/// The JOURNAL actor of one process, which writes to `to`.
actors::journal_actor::behavior_type
paper_journal(actors::journal_actor::stateful_pointer<paper_journal_state> self, disk* to,
              on_confirmed tell);

} // namespace flotilla::simulation
