#pragma once

#include "tests/actors/fleet_fixture.hpp"

#include <gmock/gmock.h>

#include <initializer_list>

namespace flotilla::actors {

using namespace std::chrono_literals;
using protocol::errc;
using protocol::method;
using test::network;
using testing::HasSubstr;

/// A coordinator and several nodes, as in processes of their own.
class Fleet : public fleet {
protected:
  Fleet() {
    order.options.check = protocol::check_mode::never;
    rules.node_grace = 60s;
  }
  void begin_fleet() {
    begin(rules);
  }
  /// A push of blobs of these sizes over nodes of these names, with so many slots each: held by the
  /// registry with all slots in use.
  void start(const std::vector<std::uint64_t>& sizes, std::initializer_list<const char*> names,
             std::uint32_t slots) {
    plan(sizes);
    begin_fleet();
    hold_bodies();
    for (const auto* name : names)
      add_node(name, slots);
    submit();
  }
  std::size_t sent(std::size_t blob) const {
    return net->count(method::put, "digest=" + digest_of(blob));
  }
  void kill(std::size_t node) {
    caf::anon_send_exit(nodes[node], caf::exit_reason::kill);
    settle();
  }
  static std::string digest_in(const std::string& url) {
    return url.substr(url.find("digest="));
  }
  /// Whether who asked is still there to hear.
  static bool is_answered(const network::held_request& held) {
    auto alive = caf::actor_cast<caf::weak_actor_ptr>(held.watcher);
    return alive.lock() != nullptr
           && !caf::actor_cast<caf::abstract_actor*>(held.watcher)
                 ->getf(caf::abstract_actor::is_terminated_flag);
  }
  void let_all_go() {
    while (!net->held.empty()) {
      network::body_left(net->held[0]);
      net->let_go(0);
      settle();
    }
  }
  push_overview overview() {
    push_overview found;
    auto asking = sys.spawn([&, this](caf::event_based_actor* self) {
      self->request(head, caf::infinite, atom::status_v, push_id).then([&](push_overview& now) {
        found = std::move(now);
      });
    });
    settle();
    return found;
  }

  fleet_rules rules;
};

} // namespace flotilla::actors
