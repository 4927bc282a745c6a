#include "actors/coordinator.hpp"

#include "actors/push.hpp"

namespace flotilla::actors {

void coordinator_state::wire(http_actor http, token_actor tokens) {
  http_ = std::move(http);
  tokens_ = std::move(tokens);
  self_->set_down_handler([this](const caf::down_msg& down) { on_down(down); });
}

push_actor coordinator_state::submit(push_order order, caf::actor follower) {
  auto id = 'p' + std::to_string(next_id_++);
  auto fresh = self_->spawn(push, std::move(id), std::move(order), http_, tokens_, follower);
  self_->monitor(fresh);
  pushes_.emplace(fresh.address(),
                  running_push{caf::actor_cast<caf::actor>(fresh), std::move(follower)});
  for (const auto& [node_name, node] : nodes_)
    self_->send(fresh, atom::join_v, node_name, node);
  return fresh;
}

void coordinator_state::join(const std::string& node_name, const node_actor& node) {
  nodes_[node_name] = node;
  for (const auto& [address, push] : pushes_)
    caf::anon_send(push.handle, atom::join_v, node_name, node);
}

void coordinator_state::on_down(const caf::down_msg& down) {
  auto found = pushes_.find(down.source);
  if (found == pushes_.end())
    return;
  if (down.reason) { // it did not quit by itself
    push_report report;
    report.why = {protocol::errc::internal, "the push broke off: " + caf::to_string(down.reason),
                  "this is a mistake of Flotilla's; please report it"};
    caf::anon_send(found->second.follower, atom::ended_v, std::move(report));
  }
  pushes_.erase(found);
}

coordinator_actor::behavior_type coordinator(coordinator_state::pointer self, http_actor http,
                                             token_actor tokens) {
  self->state.wire(std::move(http), std::move(tokens));
  return {
    [self](atom::submit, push_order& order, caf::actor& follower) {
      return self->state.submit(std::move(order), std::move(follower));
    },
    [self](atom::join, const std::string& name, const node_actor& node) {
      self->state.join(name, node);
    },
  };
}

} // namespace flotilla::actors
