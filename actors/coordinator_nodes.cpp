#include "actors/coordinator.hpp"
#include "actors/log.hpp"
#include "protocol/text.hpp"

#include <algorithm>

// How a coordinator keeps its nodes.

namespace flotilla::actors {

using protocol::printable;

std::string coordinator_state::greet(const std::string& version, const std::string& caller) const {
  if (version == is_.version)
    return {};
  auto sentence = "the coordinator is Flotilla " + is_.version + ", and " + printable(caller, 60)
                  + " is " + printable(version, 60) + ": a fleet runs one version";
  spdlog::warn("refused: {}", sentence);
  return sentence;
}

namespace {

constexpr std::size_t longest_name = 255;
constexpr std::size_t most_roots = 1000;

void log_of(const node_info& node, spdlog::level::level_enum level, const std::string& what) {
  log(level, {{}, node.name}, "node {} {}", printable(node.name, 60), what);
}

/// A node's own words are shown to people and counted on: they are bounded like all that comes from
/// outside.
std::string objection_to(const node_info& info) {
  if (info.id.empty() || info.id.size() > longest_name || info.name.empty()
      || info.name.size() > longest_name || info.roots.size() > most_roots)
    return "a node needs an id and a name of at most 255 bytes, and at most 1000 roots";
  if (info.uploads < 1 || info.uploads > 32)
    return "a node has 1 to 32 uploads";
  return {};
}

} // namespace

welcome coordinator_state::join(const node_info& info, node_actor node, surveyor_actor surveyor) {
  if (auto objection = objection_to(info); !objection.empty())
    return {objection, is_.rules.lease};
  auto other = std::find_if(members_.begin(), members_.end(), [&](const auto& each) {
    return each.second.info.name == info.name && each.first != info.id;
  });
  if (other != members_.end())
    return {"a node named " + printable(info.name, 60)
              + " is here already: give each its own --name",
            is_.rules.lease};
  auto same_place = std::find_if(members_.begin(), members_.end(), [&](const auto& each) {
    return each.first != info.id && each.second.node.address() == node.address();
  });
  if (same_place != members_.end())
    return {"two nodes have one address", is_.rules.lease};
  if (members_.count(info.id) != 0)
    lose(info.id, "it joins again", true);
  auto& fresh = members_[info.id];
  fresh = {info, std::move(node), std::move(surveyor), self_->clock().now(), false};
  self_->monitor(fresh.node);
  ++totals_.joined;
  if (!is_.rules.alone) {
    log_of(info, spdlog::level::info, "has joined (" + std::to_string(info.uploads) + " uploads)");
  }
  // What it still does for a push that has ended meanwhile is of no use to anybody.
  for (const auto& push : info.pushes)
    if (auto j = jobs_.find(push); j == jobs_.end() || !j->second.handle)
      self_->send(fresh.node, atom::release_v, push);
  tell_pushes_of(fresh);
  return {{}, is_.rules.lease};
}

void coordinator_state::tell_pushes_of(const member& fresh) {
  for (const auto& [id, j] : jobs_)
    if (j.handle)
      caf::anon_send(caf::actor_cast<caf::actor>(j.handle), atom::join_v, fresh.info, fresh.node,
                     fresh.surveyor);
}

bool coordinator_state::beat(const std::string& node) {
  auto found = members_.find(node);
  if (found == members_.end())
    return false;
  found->second.seen = self_->clock().now();
  return true;
}

void coordinator_state::leave(const std::string& node) {
  auto found = members_.find(node);
  if (found == members_.end())
    return;
  found->second.leaving = true;
  log_of(found->second.info, spdlog::level::info, "is leaving");
  for (const auto& [id, j] : jobs_)
    if (j.handle)
      caf::anon_send(caf::actor_cast<caf::actor>(j.handle), atom::leave_v, node);
}

std::vector<node_overview> coordinator_state::nodes() const {
  std::vector<node_overview> all;
  for (const auto& [id, each] : members_)
    all.push_back({each.info,
                   std::chrono::duration<double>(self_->clock().now() - each.seen).count(),
                   each.leaving});
  return all;
}

void coordinator_state::tick() {
  self_->delayed_send(self_, is_.rules.lease / 8, atom::tick_v);
  std::vector<std::string> silent;
  for (const auto& [id, each] : members_)
    if (self_->clock().now() - each.seen > is_.rules.lease)
      silent.push_back(id);
  for (const auto& id : silent)
    lose(id, "it was silent for its whole lease", false);
}

/// By value: whoever calls may hold a name that lives in what is erased here.
void coordinator_state::lose(std::string node, const char* how, bool may_be_sending) {
  auto found = members_.find(node);
  if (found == members_.end())
    return;
  if (found->second.leaving) {
    log_of(found->second.info, spdlog::level::info, "has left");
  } else {
    ++totals_.lost;
    log_of(found->second.info, spdlog::level::warn, std::string{"is lost: "} + how);
  }
  self_->demonitor(found->second.node.address());
  members_.erase(found);
  for (const auto& [id, j] : jobs_)
    if (j.handle)
      caf::anon_send(caf::actor_cast<caf::actor>(j.handle), atom::lost_v, node, may_be_sending);
}

} // namespace flotilla::actors
