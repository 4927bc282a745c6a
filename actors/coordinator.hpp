#pragma once

#include "actors/interfaces.hpp"
#include "actors/push.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace flotilla::actors {

/// All that a coordinator is given.
struct coordinator_setting {
  std::string version; ///< of this program: nodes and clients must have the same
  fleet_rules rules;
  http_actor http;
  token_actor tokens;      ///< the only one that sees credentials
  token_actor node_tokens; ///< what nodes may ask
  keeper_actor keeper;     ///< remembers what earlier pushes have left; null: nothing is known
  journal_actor journal;   ///< keeps what a later coordinator must know; null: nothing is kept
};

/// A push that was found in the journal.
struct kept_push {
  std::string id;
  push_order order;
  push_memory memory;
  std::optional<push_report> report; ///< how it ended; none: it goes on
};

/// What the COORDINATOR knows between two messages.
class coordinator_state {
public:
  using interface = coordinator_actor::extend<
    caf::reacts_to<atom::tick>, caf::reacts_to<atom::ended, std::string, push_report>>;
  using pointer = interface::stateful_pointer<coordinator_state>;
  static inline const char* name = "coordinator";

  /// Pushes that have ended are remembered for whoever asks how; the oldest is forgotten first.
  static constexpr std::size_t most_ended = 100;

  explicit coordinator_state(pointer self) : self_(self) {
  }

  void wire(coordinator_setting setting, std::vector<kept_push> kept);

  // Nodes: coordinator_nodes.cpp.
  std::string greet(const std::string& version, const std::string& caller) const;
  welcome join(const node_info& info, node_actor node, surveyor_actor surveyor);
  bool beat(const std::string& node);
  void leave(const std::string& node);
  std::vector<node_overview> nodes() const;
  node_totals totals() const noexcept {
    return totals_;
  }
  void tick();

  // Pushes: coordinator.cpp.
  caf::result<std::string> submit(push_order order);
  caf::result<push_report> await(const std::string& id);
  caf::result<push_overview> status(const std::string& id);
  caf::result<protocol::blob_map> map(const std::string& id);
  caf::result<std::vector<push_overview>> list();
  template <class... Words>
  caf::result<bool> command(const std::string& id, const char* what, Words... words);
  void on_ended(const std::string& id, push_report report);

private:
  struct member {
    node_info info;
    node_actor node;
    surveyor_actor surveyor;
    caf::actor_clock::time_point seen{};
    bool leaving = false;
  };
  struct job {
    std::string same; ///< source and reference: what makes two orders one job
    push_overview overview;
    governor_actor governor;
    push_actor handle; ///< null once it has ended
    push_report report;
    std::vector<caf::typed_response_promise<push_report>> waiting;
    bool kept = true; ///< the journal has said so, or there is none
    std::vector<caf::typed_response_promise<std::string>> handed_in; ///< until then
  };

  void start(const std::string& id, push_order order, push_memory memory);
  void recall(kept_push ended);
  void keep(const std::string& id, const push_order& order);
  caf::result<std::string> tell_when_kept(const std::string& id);
  /// @param may_be_sending it is only out of reach
  void lose(std::string node, const char* how, bool may_be_sending);
  void on_down(const caf::down_msg& down);
  void tell_pushes_of(const member& fresh);
  void forget_the_oldest();
  std::string unused_id();
  governor_actor governor_of(const protocol::endpoint& at);

  pointer self_;
  coordinator_setting is_;
  caf::actor_clock::time_point first_lease_ends_{}; ///< alone there is none
  std::map<std::string, member> members_;           ///< by id
  node_totals totals_;
  std::map<std::string, job> jobs_;                 ///< by id
  std::map<std::string, governor_actor> governors_; ///< by the registry's origin
  std::deque<std::string> ended_;                   ///< ids, the oldest first
};

/// Starts pushes and brings nodes to them. A node that is silent for its lease is lost. A push that
/// dies without a word is told to whoever waits for it as errc::internal: nobody waits for ever.
coordinator_state::interface::behavior_type coordinator(coordinator_state::pointer self,
                                                        coordinator_setting setting,
                                                        std::vector<kept_push> kept);

} // namespace flotilla::actors
