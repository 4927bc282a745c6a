#include "actors/scout.hpp"

#include "actors/errors.hpp"

#include <algorithm>

namespace flotilla::actors {

using protocol::errc;
using protocol::failure;
using protocol::planned_blob;
using protocol::planned_manifest;

namespace {

/// For one answer of a node's disks: network file systems may be very slow. A node that is lost is
/// noticed sooner, and told by `lost`.
constexpr std::chrono::minutes disk_patience{10};
constexpr std::chrono::seconds look_again{1};

/// Only what agrees with itself is taken from another process.
std::optional<failure> inconsistency(const protocol::push_plan& plan) {
  auto bad_mount
    = [&](const planned_blob& blob) { return blob.mount_from > plan.mount_sources.size(); };
  auto bad_bytes = [](const planned_manifest& manifest) {
    return protocol::digest::of(manifest.bytes) != manifest.id;
  };
  if (plan.manifests.empty() || std::any_of(plan.blobs.begin(), plan.blobs.end(), bad_mount)
      || std::any_of(plan.manifests.begin(), plan.manifests.end(), bad_bytes))
    return failure{errc::internal, "a node told of a model that does not agree with itself", {}};
  return std::nullopt;
}

} // namespace

void scout_state::wire(source_query query, std::string mount_from, scout_desk_actor desk,
                       std::chrono::milliseconds patience) {
  query_ = std::move(query);
  mount_from_ = std::move(mount_from);
  desk_ = std::move(desk);
  patient_until_ = self_->clock().now() + patience;
}

void scout_state::join(const std::string& node, surveyor_actor surveyor) {
  scouted_node fresh;
  fresh.surveyor = std::move(surveyor);
  fresh.generation = ++generations_;
  nodes_.insert_or_assign(node, std::move(fresh));
  if (plan_)
    locate(node);
  else
    read_somewhere();
}

void scout_state::lose(const std::string& node) {
  nodes_.erase(node);
  if (reading_ != node)
    return;
  reading_.clear();
  if (!plan_)
    read_somewhere();
}

void scout_state::tick() {
  if (!plan_ && reading_.empty())
    read_somewhere();
}

surveyor_actor scout_state::surveyor_of(const std::string& node) const {
  auto found = nodes_.find(node);
  return found == nodes_.end() ? surveyor_actor{} : found->second.surveyor;
}

// ---- what is to be brought -------------------------------------------------------------------

void scout_state::read_somewhere() {
  if (!reading_.empty() || nodes_.empty())
    return;
  auto willing = std::find_if(nodes_.begin(), nodes_.end(),
                              [](const auto& node) { return !node.second.objection; });
  if (willing != nodes_.end())
    return read(willing->first);
  if (self_->clock().now() >= patient_until_) {
    self_->send(desk_, atom::failed_v, objections());
    return;
  }
  self_->delayed_send(self_, look_again, atom::tick_v);
}

failure scout_state::objections() const {
  auto why = *nodes_.begin()->second.objection;
  if (nodes_.size() > 1)
    why.message = "none of " + std::to_string(nodes_.size()) + " nodes can read the source; one of "
                  + "them: " + why.message;
  return why;
}

void scout_state::read(const std::string& node) {
  reading_ = node;
  self_->request(surveyor_of(node), disk_patience, atom::outline_v, query_)
    .then(
      [this, node](outline_head& head) {
        if (reading_ != node)
          return;
        head_ = std::move(head);
        auto plan = std::make_shared<protocol::push_plan>();
        plan->source = query_.text;
        plan->mount_sources = head_.mount_sources;
        plan->warnings = head_.warnings;
        fetch_blobs(node, std::move(plan));
      },
      [this, node](const caf::error& error) { on_unreadable(node, to_failure(error)); });
}

void scout_state::fetch_blobs(const std::string& node, std::shared_ptr<protocol::push_plan> plan) {
  if (reading_ != node)
    return;
  auto from = static_cast<std::uint32_t>(plan->blobs.size());
  if (from >= head_.blobs)
    return fetch_manifests(node, std::move(plan));
  self_->request(surveyor_of(node), disk_patience, atom::page_v, head_.ticket, from)
    .then(
      [this, node, plan](const std::vector<planned_blob>& page) {
        if (page.empty() || page.size() > head_.blobs - plan->blobs.size())
          return on_unreadable(node,
                               {errc::internal, "a node told of other blobs than it has", {}});
        plan->blobs.insert(plan->blobs.end(), page.begin(), page.end());
        fetch_blobs(node, plan);
      },
      [this, node](const caf::error& error) { on_unreadable(node, to_failure(error)); });
}

void scout_state::fetch_manifests(const std::string& node,
                                  std::shared_ptr<protocol::push_plan> plan) {
  if (reading_ != node)
    return;
  auto next = static_cast<std::uint32_t>(plan->manifests.size());
  if (next == head_.manifests)
    return on_read(node, std::move(*plan));
  self_->request(surveyor_of(node), disk_patience, atom::manifest_v, head_.ticket, next)
    .then(
      [this, node, plan](planned_manifest& manifest) {
        plan->manifests.push_back(std::move(manifest));
        fetch_manifests(node, plan);
      },
      [this, node](const caf::error& error) { on_unreadable(node, to_failure(error)); });
}

void scout_state::on_read(const std::string& node, protocol::push_plan plan) {
  self_->send(surveyor_of(node), atom::forget_v, head_.ticket);
  if (auto bad = inconsistency(plan))
    return on_unreadable(node, *bad);
  reading_.clear();
  if (!mount_from_.empty()) {
    plan.mount_sources = {mount_from_};
    for (auto& blob : plan.blobs)
      blob.mount_from = 1;
  }
  plan_ = std::make_shared<const protocol::push_plan>(std::move(plan));
  self_->send(desk_, atom::outlined_v, shared_plan{plan_});
  for (const auto& [id, each] : nodes_)
    locate(id);
}

void scout_state::on_unreadable(const std::string& node, failure why) {
  if (reading_ != node)
    return;
  reading_.clear();
  if (auto found = nodes_.find(node); found != nodes_.end())
    found->second.objection = std::move(why);
  read_somewhere();
}

// ---- who holds what --------------------------------------------------------------------------

void scout_state::locate(const std::string& node) {
  auto& at = nodes_.at(node);
  const auto& all = plan_->blobs;
  auto last = std::min(all.size(), at.asked + blobs_a_question);
  std::vector<planned_blob> wanted(all.begin() + static_cast<std::ptrdiff_t>(at.asked),
                                   all.begin() + static_cast<std::ptrdiff_t>(last));
  auto count = wanted.size();
  self_->request(at.surveyor, disk_patience, atom::locate_v, query_, std::move(wanted))
    .then([this, node, generation = at.generation](
            survey_page& page) { on_located(node, generation, std::move(page)); },
          [this, node, generation = at.generation, count](const caf::error&) {
            // There is no such place on that node: it holds nothing.
            on_located(node, generation, {std::vector<std::uint8_t>(count, 0), {}, {}});
          });
}

void scout_state::on_located(const std::string& node, unsigned generation, survey_page page) {
  auto found = nodes_.find(node);
  if (found == nodes_.end() || found->second.generation != generation)
    return;
  auto& at = found->second;
  auto first = static_cast<std::uint32_t>(at.asked);
  at.found.problems.add(page.problems);
  at.found.root = std::move(page.root);
  page.held.resize(std::min(plan_->blobs.size() - at.asked, blobs_a_question));
  at.asked += page.held.size();
  self_->send(desk_, atom::held_v, node, first, std::move(page.held));
  if (at.asked == plan_->blobs.size())
    self_->send(desk_, atom::located_v, node, at.found);
  else
    locate(node);
}

scout_actor::behavior_type scout(scout_state::pointer self, source_query query,
                                 std::string mount_from, scout_desk_actor desk,
                                 std::chrono::milliseconds patience) {
  self->state.wire(std::move(query), std::move(mount_from), std::move(desk), patience);
  auto& state = self->state;
  return {
    [&state](atom::join, const std::string& node, surveyor_actor& surveyor) {
      state.join(node, std::move(surveyor));
    },
    [&state](atom::lost, const std::string& node) { state.lose(node); },
    [&state](atom::tick) { state.tick(); },
  };
}

} // namespace flotilla::actors
