#include "actors/log.hpp"
#include "actors/push.hpp"

#include <algorithm>
#include <utility>

// What nodes tell their push.

namespace flotilla::actors {

using protocol::ledger;

/// Nothing that another process says is taken for an index unseen.
bool push_state::is_sound(const node_report& report) const {
  const auto most = plan_ ? plan_->blobs.size() : 0;
  auto known = [most](ledger::index blob) { return blob < most; };
  auto is_known = [most](const auto& result) { return result.blob < most; };
  return std::all_of(report.checks.begin(), report.checks.end(), is_known)
         && std::all_of(report.uploads.begin(), report.uploads.end(), is_known)
         && std::all_of(report.begun.begin(), report.begun.end(), is_known)
         && std::all_of(report.returned.begin(), report.returned.end(), known)
         && std::all_of(report.claimed.begin(), report.claimed.end(), known);
}

void push_state::on_report(const std::string& node, node_report report) {
  auto* at = seats_.find(node);
  if (phase_ == phase::ended || at == nullptr || !ledger_)
    return;
  if (!is_sound(report))
    return log(spdlog::level::err, {is_.id, at->last.share.name},
               "this node reports blobs that the plan does not have");
  at->sent_lately += report.sent_bytes;
  sent_bytes_ += report.sent_bytes;
  resent_bytes_ += report.resent_bytes;
  openings_.add(report.openings);
  if (!report.checks.empty() || !report.uploads.empty() || report.moved)
    on_progress();
  for (const auto& note : report.setbacks) // after: trouble outweighs what went well before it
    on_setback(note);
  if (report.throttled)
    on_throttled(report.pause);
  book(*at, report);
  if (report.claims) // what it has not claimed it does not have in hand any more
    give_up_strays([&node](const stray& each) { return each.node == node; });
  // Somebody else may be going on with what is no longer in its hands.
  auto is_anothers
    = [at](const open_upload& each) { return each.is_open() && at->uploads.count(each.blob) == 0; };
  auto& begun = report.begun;
  begun.erase(std::remove_if(begun.begin(), begun.end(), is_anothers), begun.end());
  note_begun(std::move(begun));
  for (const auto& seen : report.learned)
    learn(seen);
  take_checks(report.checks);
  take_uploads(report.uploads);
  if (!report.failures.empty())
    return fail(std::move(report.failures.front()));
  fill();
  advance();
}

void push_state::book(seat& at, node_report& report) {
  for (const auto& result : report.checks)
    at.checks.erase(result.blob);
  for (const auto& result : report.uploads)
    at.drop_upload(result.blob);
  for (auto blob : report.returned) {
    at.drop_upload(blob);
    looked_at().returned(blob);
  }
  std::vector<ledger::index> in_vain;
  for (auto blob : report.claimed)
    if (at.uploads.count(blob) != 0)
      continue; // it was granted to this very node before it could tell
    else if (!again_ && (take_in(at.id, blob) || looked_at().claimed(blob)))
      at.grant_upload(blob, plan_->blobs[blob].size);
    else
      in_vain.push_back(blob);
  if (!in_vain.empty())
    self_->send(at.node, atom::drop_v, is_.id, std::move(in_vain));
  at.waiting = report.waiting;
  at.owes_claims &= !report.claims;
  if (at.is == seat::stage::engaged && report.claims)
    at.is = seat::stage::working;
  at.last.share = report.share;
  at.last.in_flight_bytes = report.in_flight_bytes;
  at.last.bodies = std::move(report.bodies);
  at.last.bodies_in_all = report.bodies_in_all;
}

void push_state::take_checks(const std::vector<check_result>& results) {
  auto& to = looked_at();
  const auto trusting = is_trusting();
  auto doubt = false;
  std::vector<upload_result> present;
  for (const auto& result : results) {
    if (result.present) {
      to.found(result.blob);
      if (begun_.count(result.blob) != 0)
        note_begun({{result.blob, {}, {}}});
      present.push_back({result.blob, protocol::confirmation::present, 0});
    } else {
      // By the word of two nodes, or by a late one of a node that was lost: it is asked for again.
      const auto known = to.is_missing(result.blob);
      to.missing(result.blob);
      doubt = true;
      const auto& what = plan_->blobs[result.blob];
      if (is_.order.options.to != purpose::push && !known && to.is_missing(result.blob))
        report_.absent.push_back({result.blob, what.id, what.size, result.mountable});
    }
  }
  if (!present.empty() && !again_ && is_.journal.confirmed)
    is_.journal.confirmed(std::move(present));
  if (!trusting)
    return;
  spot_checks_out_ -= std::min(spot_checks_out_, static_cast<std::uint32_t>(results.size()));
  if (doubt) {
    spot_checks_left_ = 0; // the manifest promises more than is there: look at everything
    trusting_ = false;
  }
  if (!is_trusting() && trusting_)
    ledger_->found_all_unasked();
}

void push_state::take_uploads(const std::vector<upload_result>& results) {
  for (const auto& result : results) {
    looked_at().confirmed(result.blob, result.how);
    meter_.confirmed(result.how, result.seconds);
    if (result.how == protocol::confirmation::resumed)
      earlier_bytes_ += std::exchange(earlier_[result.blob], 0);
    if (again_)
      ledger_->corrected(result.blob, result.how);
  }
  if (!results.empty() && is_.journal.confirmed)
    is_.journal.confirmed(results);
}

/// Where an upload stands is written down before anything else becomes of it.
void push_state::note_begun(std::vector<open_upload> uploads) {
  for (auto& upload : uploads) {
    if (is_.keeper)
      self_->send(is_.keeper, atom::record_v, is_.id, upload);
    if (upload.is_open())
      begun_.insert_or_assign(upload.blob, std::move(upload));
    else
      begun_.erase(upload.blob);
  }
}

void push_state::learn(const protocol::registry_profile& seen) {
  const auto before = engagement_.profile;
  engagement_.profile.merge(seen);
  if (engagement_.profile == before)
    return;
  seats_.for_each(
    [this](const seat& at) { self_->send(at.node, atom::learn_v, is_.id, engagement_.profile); });
  if (is_.keeper)
    self_->send(is_.keeper, atom::learn_v, is_.id, engagement_.profile);
}

} // namespace flotilla::actors
