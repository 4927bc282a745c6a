#pragma once

#include "actors/interfaces.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace flotilla::actors {

struct node_options {
  std::string name = "local";
  std::uint32_t uploads = 32; ///< body slots, 1..32
  /// How often a working node tells its pushes what is on the wire.
  std::chrono::milliseconds report_every{200};
};

/// What a NODE knows between two messages.
class node_state {
public:
  /// The public one, its crew's desk, and the calls that the actor sends itself.
  using interface = node_actor::extend_with<crew_desk_actor>::extend<caf::reacts_to<atom::flush>,
                                                                     caf::reacts_to<atom::tick>>;
  using pointer = interface::stateful_pointer<node_state>;
  using moment = caf::actor_clock::time_point;
  static inline const char* name = "node";

  explicit node_state(pointer self) : self_(self) {
  }

  void wire(http_actor http, token_actor tokens, node_options options);
  void engage(engagement job, push_actor push);
  void work(const std::string& push, work_batch batch);
  void release(const std::string& push);

  void on_checked(const std::string& push, check_result result);
  void on_uploaded(const std::string& push, upload_result result);
  void on_moved(const std::string& push, const body_progress& progress);
  void on_setback(const std::string& push, setback_note note);
  void on_failed(const std::string& push, protocol::failure why);
  void on_hungry(std::uint32_t uploader);
  void on_spent(const std::string& push, double wire, double registry);

  void flush();
  void tick();

private:
  /// What this node does for one push.
  struct duty {
    push_actor push;
    gateway_actor gateway;
    checker_actor checker;
    node_report pending;    ///< not told yet
    node_share share;       ///< so far
    moment began{};         ///< when the first blob was handed out
    double disk_before = 0; ///< seconds that the engine had spent on files until then
    std::map<protocol::ledger::index, body_in_flight> bodies; ///< of the blobs in its hands
    std::uint64_t in_flight_bytes = 0;
  };

  duty* find(const std::string& push);
  void feed();
  void soon();
  void tell(duty& d);
  void ask_for_disk_time();

  pointer self_;
  http_actor http_;
  token_actor tokens_;
  node_options options_;
  hasher_actor hasher_;
  std::vector<uploader_actor> uploaders_;
  std::deque<std::uint32_t> hungry_; ///< uploaders that could take one more
  std::deque<std::pair<std::string, upload_order>> orders_;
  std::map<std::string, duty> duties_; ///< by push
  double disk_seconds_ = 0;            ///< as the engine last told
  bool flush_is_due_ = false;
};

/// Works for the pushes that engage it: spawns its crew, hands orders to hungry uploaders, and
/// gathers what the crew reports into few messages. Linked to its crew: if one of them dies, so
/// does the node, and its pushes are told.
node_state::interface::behavior_type node(node_state::pointer self, http_actor http,
                                          token_actor tokens, node_options options);

} // namespace flotilla::actors
