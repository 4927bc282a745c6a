#pragma once

#include "actors/interfaces.hpp"
#include "protocol/laggard.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace flotilla::actors {

struct node_options {
  std::string id = "local";   ///< tells this process from every other
  std::string name = "local"; ///< for people
  std::uint32_t uploads = 32; ///< body slots, 1..32
  /// How often a working node tells its pushes what is on the wire.
  std::chrono::milliseconds report_every{200};
  protocol::laggard_terms laggards; ///< which bodies are given up, for they hold all others up
};

/// What a NODE knows between two messages.
class node_state {
public:
  /// The public one, its crew's desk, and the calls that the actor sends itself.
  using interface = node_actor::extend_with<crew_desk_actor>::extend<caf::reacts_to<atom::flush>,
                                                                     caf::reacts_to<atom::tick>>;
  using pointer = interface::stateful_pointer<node_state>;
  using moment = caf::actor_clock::time_point;
  using index = protocol::ledger::index;
  static inline const char* name = "node";

  explicit node_state(pointer self) : self_(self) {
  }

  void wire(http_actor http, surveyor_actor surveyor, hasher_actor hasher, node_options options);

  // What pushes say: node.cpp; what ends: node_end.cpp.
  void engage(engagement job, push_actor push, token_actor tokens);
  void work(const std::string& push, work_batch batch);
  void limit(const std::string& push, const node_limits& limits);
  void hold(const std::string& push, caf::timespan span);
  void learn(const std::string& push, const protocol::registry_profile& profile);
  void recall(const std::string& push, const std::vector<index>& blobs);
  void drop(const std::string& push, const std::vector<index>& blobs);
  void release(const std::string& push);
  void lose_coordinator(bool lease_ran_out);
  caf::result<bool> leave();
  std::vector<std::string> pushes() const;

  // What the crew says: node_desk.cpp.
  void on_checked(const std::string& push, check_result result);
  void on_uploaded(const std::string& push, upload_result result);
  void on_moved(const std::string& push, const body_progress& progress);
  void on_setback(const std::string& push, setback_note note);
  void on_throttled(const std::string& push, caf::timespan pause);
  void on_begun(const std::string& push, open_upload upload);
  void on_learned(const std::string& push, const protocol::registry_profile& profile);
  void on_failed(const std::string& push, protocol::failure why);
  void on_hungry(std::uint32_t uploader);
  void on_spent(const std::string& push, const time_spent& spent);
  void flush();
  void tick();

private:
  /// What this node does for one push.
  struct duty {
    engagement job;
    push_actor push;
    gateway_actor gateway;
    checker_actor checker;
    node_limits limits;
    std::string root;                   ///< of the source's blobs; empty: not known yet
    std::deque<upload_order> queue;     ///< no uploader has taken them yet
    std::map<index, open_upload> begun; ///< of the queue: where to go on
    node_report pending;                ///< not told yet
    bool answer_due = false;            ///< an empty report is an answer, too
    bool failed = false;                ///< the push was told so, and ends
    node_share share;                   ///< so far
    moment began{};                     ///< when the first blob was handed out
    double disk_before = 0;             ///< seconds that the engine had spent on files until then
    std::map<index, body_in_flight> bodies; ///< of the blobs in the uploaders' hands
    std::set<index> shared;                 ///< of those: others know where they could go on
    std::uint64_t in_flight_bytes = 0;
    std::map<index, std::uint64_t> on_wire; ///< bodies that are watched: bytes before them
    protocol::laggard_watch watch;
  };

  /// A push that was released: its uploaders may have a last word to say to the registry.
  struct parting {
    gateway_actor gateway;
    std::size_t uploaders = 0; ///< that have not answered yet
  };

  duty* find(const std::string& push);
  void start_crew(duty& d);
  template <class Handle>
  void dismiss(const Handle& whom) {
    self_->unlink_from(whom);
    self_->send_exit(whom, caf::exit_reason::user_shutdown);
  }
  void find_root(const std::string& push);
  void hand_out(const std::string& push, duty& d, std::uint32_t uploader);
  void forget(const std::string& push, duty& d, index blob);
  void feed();
  bool feed(std::uint32_t uploader);
  void soon();
  void tell(duty& d);
  void ask_for_disk_time();
  void watch(duty& d, const body_progress& progress);
  void give_up_laggards(const std::string& push, duty& d);
  void part(std::uint32_t lane);
  void give_up_shared(const std::string& push, duty& d);
  void leave_if_drained();

  pointer self_;
  http_actor http_;
  surveyor_actor surveyor_;
  node_options options_;
  hasher_actor hasher_;
  std::vector<uploader_actor> uploaders_;
  std::deque<std::uint32_t> hungry_;   ///< uploaders that could take one more
  std::map<std::string, duty> duties_; ///< by push
  std::string served_last_;            ///< the push whose turn it was
  std::uint32_t last_lane_ = 0;
  double disk_seconds_ = 0; ///< as the engine last told
  bool flush_is_due_ = false;
  bool leaving_ = false;
  std::map<std::uint32_t, parting> partings_; ///< by lane
  caf::typed_response_promise<bool> drained_;
};

/// Works for the pushes that engage it: spawns its crew, hands orders to hungry uploaders, from one
/// push after the other, and gathers what the crew reports into few messages. Linked to its crew
/// and to its hasher: if one of them dies, so does the node, and its pushes are told.
node_state::interface::behavior_type node(node_state::pointer self, http_actor http,
                                          surveyor_actor surveyor, hasher_actor hasher,
                                          node_options options);

} // namespace flotilla::actors
