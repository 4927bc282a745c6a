#include "actors/log.hpp"
#include "actors/push.hpp"

#include <algorithm>
#include <utility>

// Who is there: how nodes come to work for a push, and what becomes of their work when they go.

namespace flotilla::actors {

using protocol::errc;
using protocol::ledger;

void push_state::join(const node_info& info, node_actor node, surveyor_actor surveyor) {
  node_seen_at_ = self_->clock().now();
  if (seats_.find(info.id) != nullptr)
    lose(info.id, true); // the same node again: what it had in hand is in doubt
  auto* at = seats_.add(info.id, std::move(node), info.name);
  if (at == nullptr)
    return log(spdlog::level::warn, {is_.id, info.name}, "no seat left for this node");
  at->slots = info.uploads;
  self_->send(scout_, atom::join_v, info.id, std::move(surveyor));
}

/// What can be gone on with waits for the end of the node's lease: two that write in one session
/// spoil the blob, which costs more.
void push_state::lose(const std::string& node, bool may_be_sending) {
  auto* at = seats_.find(node);
  if (at == nullptr)
    return;
  node_seen_at_ = self_->clock().now();
  self_->send(scout_, atom::lost_v, node);
  if (is_.rules.alone)
    return fail(
      {errc::internal, "the node died", "this is a mistake of Flotilla's; please report it"});
  for (auto blob : at->checks)
    if (!looked_at().is_missing(blob)) // else another has told that it sends it
      looked_at().lost(blob);
  const auto lease_ends = self_->clock().now() + is_.rules.lease;
  for (auto& each : strays_)
    if (each.node == node) // it had come back, and had not said yet what it has in hand
      each.until = lease_ends;
  for (const auto& [blob, bytes] : at->uploads)
    if (may_be_sending && begun_.count(blob) != 0)
      strays_.push_back({blob, node, lease_ends});
    else
      looked_at().lost(blob);
  if (is_trusting())
    spot_checks_out_
      -= std::min<std::uint32_t>(spot_checks_out_, static_cast<std::uint32_t>(at->checks.size()));
  seats_.remove(node);
  if (is_at_work()) {
    share_limits();
    fill();
  }
}

void push_state::give_up_strays(const std::function<bool(const stray&)>& is_meant) {
  const auto kept = std::stable_partition(strays_.begin(), strays_.end(),
                                          [&](const stray& each) { return !is_meant(each); });
  for (auto each = kept; each != strays_.end(); ++each)
    looked_at().lost(each->blob);
  strays_.erase(kept, strays_.end());
}

/// Its node has come back to it. @returns false where it is none of that node's
bool push_state::take_in(const std::string& node, ledger::index blob) {
  const auto found = std::find_if(strays_.begin(), strays_.end(), [&](const stray& each) {
    return each.blob == blob && each.node == node;
  });
  if (found == strays_.end())
    return false;
  strays_.erase(found);
  return true;
}

void push_state::let_leave(const std::string& node) {
  if (auto* at = seats_.find(node))
    at->is = seat::stage::leaving;
}

void push_state::on_held(const std::string& node, std::uint32_t first,
                         const std::vector<std::uint8_t>& held) {
  auto* at = seats_.find(node);
  if (at == nullptr || !plan_ || first + held.size() > plan_->blobs.size())
    return;
  at->held.resize(std::max<std::size_t>(at->held.size(), first + held.size()));
  for (std::size_t i = 0; i < held.size(); ++i) {
    const auto blob = static_cast<ledger::index>(first + i);
    at->held[blob] = held[i];
    ledger_->held(blob, at->number, held[i] != 0);
    if (again_)
      again_->held(blob, at->number, held[i] != 0);
  }
}

void push_state::on_located(const std::string& node, const survey_page& page) {
  auto* at = seats_.find(node);
  if (at == nullptr)
    return;
  if (is_.rules.alone && !page.problems.empty())
    return fail(page.problems.to_failure(page.root, plan_->blobs.size() + plan_->manifests.size()));
  for (const auto& wrong : page.problems.wrong())
    log(spdlog::level::warn, {is_.id, at->last.share.name}, "{}: {}", page.root, wrong);
  if (at->is == seat::stage::surveyed)
    at->is = seat::stage::located;
  if (unreached_)
    fail(std::move(*unreached_));
  else if (is_at_work())
    engage(*at);
  else
    begin_when_ready();
}

void push_state::engage(seat& at) {
  if (at.is != seat::stage::located)
    return;
  share_limits();
  at.is = seat::stage::engaged;
  at.owes_claims = true;
  self_->send(at.node, atom::engage_v, engagement_, push_actor{self_}, is_.node_tokens);
  self_->send(at.node, atom::limit_v, is_.id, at.limits);
  if (const caf::timespan left = held_until_ - self_->clock().now(); left.count() > 0)
    self_->send(at.node, atom::hold_v, is_.id, left);
}

} // namespace flotilla::actors
