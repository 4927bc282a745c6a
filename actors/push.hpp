#pragma once

#include "actors/asker.hpp"
#include "actors/interfaces.hpp"
#include "actors/push_meter.hpp"
#include "actors/seats.hpp"
#include "protocol/ledger.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace flotilla::actors {

/// What a fleet is like for its pushes.
struct fleet_rules {
  bool alone = false;                     ///< one node, in this process: no other will ever come
  std::chrono::milliseconds lease{5'000}; ///< how long a silent node is waited for
  std::chrono::milliseconds node_grace{600'000}; ///< for a node that holds what no other does
};

/// What is known of a push that a coordinator before this one began.
struct push_memory {
  bool restored = false;
  bool paused = false;
  std::string model; ///< digest of the top manifest; empty: it was not known
  std::vector<std::pair<protocol::ledger::index, protocol::confirmation>> confirmed;
};

/// Where a push writes what a later coordinator must know. Called on the PUSH; must not block.
struct push_journal {
  std::function<void(const std::string& model)> model;
  std::function<void(std::vector<upload_result>)> confirmed;
  std::function<void(bool)> paused;
  std::function<void(const push_order&)> changed;
};

/// All that a push is given.
struct push_setting {
  std::string id;
  push_order order;
  fleet_rules rules;
  push_memory memory;
  /// Until then nodes may be at work for the coordinator before this one.
  caf::actor_clock::time_point nodes_return_until{};
  push_journal journal;
  governor_actor governor; ///< of the registry; null: nobody governs
  keeper_actor keeper;     ///< null: nothing is known of earlier pushes, or kept for later ones
  http_actor http;
  token_actor tokens;                     ///< for what the push itself asks
  token_actor node_tokens;                ///< for its nodes
  std::function<void(push_report)> ended; ///< called once, on the PUSH
};

/// What a PUSH knows between two messages.
class push_state {
public:
  /// The public one, its scout's desk, the coordinator's news of nodes, and the publisher's.
  using interface = push_actor::extend_with<scout_desk_actor>::extend_with<governed_actor>::extend<
    caf::reacts_to<atom::join, node_info, node_actor, surveyor_actor>,
    caf::reacts_to<atom::lost, std::string, bool>, caf::reacts_to<atom::leave, std::string>,
    caf::reacts_to<atom::again, std::uint32_t>, caf::reacts_to<atom::setback, setback_note>,
    caf::reacts_to<atom::throttled, caf::timespan>, caf::reacts_to<atom::progress>,
    caf::reacts_to<atom::tick>>;
  using pointer = interface::stateful_pointer<push_state>;
  static inline const char* name = "push";

  /// Blobs asked for although the registry holds the manifest that names them: a registry that has
  /// lost some is found out with fair probability, at the price of a few requests.
  static constexpr std::uint32_t spot_checks = 4;

  explicit push_state(pointer self) : self_(self), meter_(self->clock().now()) {
  }

  void wire(push_setting setting);

  // Nodes come and go.
  void join(const node_info& info, node_actor node, surveyor_actor surveyor);
  /// @param may_be_sending it is only out of reach
  void lose(const std::string& node, bool may_be_sending);
  void let_leave(const std::string& node);

  // The scout's news.
  void on_outlined(std::shared_ptr<const protocol::push_plan> plan);
  void on_held(const std::string& node, std::uint32_t first, const std::vector<std::uint8_t>& held);
  void on_located(const std::string& node, const survey_page& page);

  void on_report(const std::string& node, node_report report);
  void on_setback(const setback_note& note);
  /// Of a request that no node made.
  void on_own_setback(const setback_note& note);
  void on_progress();
  void on_throttled(caf::timespan pause);

  // Commands.
  void stop();
  void set_paused(bool paused);
  void limit(const limit_change& change);
  void govern(std::uint32_t streams);
  void hold(caf::timespan span);

  void tick();
  push_status status() const;
  protocol::blob_map map() const;
  void fail(protocol::failure why);

  asker<pointer> questions;

private:
  /// A blob whose node is out of reach, and may write in its session for as long as its lease
  /// lasts.
  struct stray {
    protocol::ledger::index blob = 0;
    std::string node;
    caf::actor_clock::time_point until;
  };

  // The life of a push, step by step: push.cpp. Commands, time and the end: push_control.cpp.
  protocol::failure objection_to(const protocol::push_plan& plan) const;
  void remember();
  void recall_earlier();
  void reach();
  void on_unreached(protocol::failure why);
  void look();
  void begin_when_ready();
  void begin_work();
  void publish();
  void on_unpublished(protocol::failure why);
  void verify();
  void check_everything_again();
  void look_again();
  void conclude();
  void finish(push_report report);
  void tell_the_end(const push_report& report) const;
  void advance();
  bool is_at_work() const;
  bool is_spent();
  protocol::failure missing_blobs() const;

  // Who is there: push_nodes.cpp.
  void engage(seat& at);
  bool take_in(const std::string& node, protocol::ledger::index blob);
  void give_up_strays(const std::function<bool(const stray&)>& is_meant);

  // Who does what: push_work.cpp.
  void fill();
  bool awaits_claims() const;
  void grant(seat& at, std::uint64_t share);
  void report_usage();
  void take_back_for_idle_nodes(const std::vector<seat*>& nodes);
  void recall_everything();
  void share_limits();
  std::uint32_t most_streams() const;
  void limit_node(seat& at, const node_limits& now);
  std::uint64_t fair_share() const;
  std::optional<check_order> next_check();
  std::optional<upload_order> next_upload(const seat& at);
  bool is_sound(const node_report& report) const;
  void book(seat& at, node_report& report);
  void take_checks(const std::vector<check_result>& results);
  void take_uploads(const std::vector<upload_result>& results);
  void note_begun(std::vector<open_upload> uploads);
  void learn(const protocol::registry_profile& seen);
  void watch_for_stranding();
  std::string what_is_missing() const;
  protocol::failure stranded(const std::string& missing) const;
  bool is_trusting() const;
  /// What checks are booked in: the second look has a ledger of its own.
  protocol::ledger& looked_at();
  const protocol::ledger& looked_at() const;

  pointer self_;
  push_setting is_;
  std::shared_ptr<const protocol::push_plan> plan_; ///< null until the scout has told
  scout_actor scout_;
  engagement engagement_;
  gateway_actor gateway_;
  publisher_actor publisher_;

  phase phase_ = phase::reading;
  bool looked_ = false;                        ///< whether the manifest is there is known
  bool recalled_ = false;                      ///< what earlier pushes have left is known
  std::optional<protocol::failure> unreached_; ///< to be said once the only node has looked
  bool paused_ = false;
  std::optional<protocol::ledger> ledger_;
  std::unordered_map<protocol::ledger::index, open_upload> begun_;     ///< what can be gone on with
  std::unordered_map<protocol::ledger::index, std::uint64_t> earlier_; ///< bytes of them at first
  std::uint64_t earlier_bytes_ = 0; ///< of those that were gone on with to their end
  std::uint64_t granted_ = 0;       ///< blobs that nodes were told to send
  std::uint64_t handed_on_ = 0;     ///< those of them that somebody had begun
  /// All looked at once more: for `--verify blobs`, or because the registry has lost one.
  std::optional<protocol::ledger> again_;
  seats seats_;
  std::vector<stray> strays_;
  std::uint32_t spot_checks_left_ = 0; ///< to be granted
  std::uint32_t spot_checks_out_ = 0;  ///< granted, not answered
  bool trusting_ = true;               ///< no blob was found missing that a manifest promised
  bool looked_closer_ = false;         ///< the registry has lost a blob once
  bool heard_ = false;                 ///< the registry has answered, whatever it was
  push_meter meter_;
  caf::actor_clock::time_point node_seen_at_{}; ///< when one came or went
  std::optional<caf::actor_clock::time_point> stranded_since_;
  std::uint32_t governed_ = 0; ///< streams that the registry seems to take; 0: all
  caf::actor_clock::time_point held_until_{};
  std::uint64_t sent_bytes_ = 0;
  std::uint64_t told_bytes_ = 0; ///< to the governor
  std::uint64_t resent_bytes_ = 0;
  opening_times openings_;        ///< not told to the governor yet
  std::vector<std::string> tags_; ///< that are to name the model
  push_report report_;
};

/// Brings one model to one reference: has the source read, reaches the registry, lets its nodes
/// check and send, has the manifests published once every blob is confirmed, and tells how it
/// ended. Then it quits.
push_state::interface::behavior_type push(push_state::pointer self, push_setting setting);

} // namespace flotilla::actors
