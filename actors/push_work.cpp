#include "actors/push.hpp"

#include "protocol/fair_shares.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

// Who does what: how work is granted to the nodes of a push, and what they report.

namespace flotilla::actors {

using protocol::errc;
using protocol::failure;
using protocol::ledger;

namespace {

/// Batches of checks that a node may have in hand; it works on one.
constexpr std::size_t checks_ahead = 2;
/// Blobs for each body slot that a node may have in hand: it never waits for the next batch.
constexpr std::size_t uploads_ahead = 4;
/// Behind a blob of fewer bytes a node may have another one even where little is left: its line
/// would stand still while the next is asked for and opened.
constexpr std::uint64_t soon_sent = 4 << 20;
constexpr std::size_t most_named = 20;

bool may_have_more(const seat& of, std::uint64_t share) {
  const auto blobs = of.uploads.size();
  return blobs < uploads_ahead * of.limits.uploads
         && (blobs == 0 || of.upload_bytes < share || (blobs == 1 && of.upload_bytes < soon_sent));
}

} // namespace

// ---- nodes come and go -----------------------------------------------------------------------

void push_state::join(const node_info& info, node_actor node, surveyor_actor surveyor) {
  node_seen_at_ = self_->clock().now();
  if (seats_.find(info.id) != nullptr)
    lose(info.id); // the same node again: what it had in hand is in doubt
  auto* at = seats_.add(info.id, std::move(node), info.name);
  if (at == nullptr)
    return spdlog::warn("push {}: no seat left for node {}", is_.id, info.name);
  self_->send(scout_, atom::join_v, info.id, std::move(surveyor));
}

void push_state::lose(const std::string& node) {
  auto* at = seats_.find(node);
  if (at == nullptr)
    return;
  node_seen_at_ = self_->clock().now();
  self_->send(scout_, atom::lost_v, node);
  if (is_.rules.alone)
    return fail(
      {errc::internal, "the node died", "this is a mistake of Flotilla's; please report it"});
  for (auto blob : at->checks)
    looked_at().lost(blob);
  for (const auto& [blob, bytes] : at->uploads)
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
    spdlog::warn("push {}: node {}: {}: {}", is_.id, at->last.share.name, page.root, wrong);
  if (at->is == seat::stage::surveyed)
    at->is = seat::stage::located;
  if (phase_ == phase::reading)
    reach(); // what is wrong with the only node's files is said before anything is sent
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
  self_->send(at.node, atom::engage_v, engagement_, push_actor{self_}, is_.node_tokens);
  self_->send(at.node, atom::limit_v, is_.id, at.limits);
  if (const caf::timespan left = held_until_ - self_->clock().now(); left.count() > 0)
    self_->send(at.node, atom::hold_v, is_.id, left);
}

// ---- grants ----------------------------------------------------------------------------------

bool push_state::is_trusting() const {
  return spot_checks_left_ + spot_checks_out_ > 0;
}

/// Each node gets what it needs to be busy, and no more than half its part of what is left: the
/// other half goes to whoever turns out to be faster, and all end at the same time.
void push_state::fill() {
  if (paused_ || !is_at_work())
    return;
  const auto share = fair_share();
  const auto nodes = seats_.by_need();
  auto more_are_busy = false;
  for (auto* at : nodes) {
    const auto idle = at->uploads.empty();
    grant(*at, share);
    more_are_busy |= idle && !at->uploads.empty();
  }
  if (more_are_busy)
    share_limits();
  take_back_for_idle_nodes(nodes);
}

std::uint64_t push_state::fair_share() const {
  const auto& of = looked_at();
  const auto left = of.total().bytes - of.confirmed().bytes;
  // While what a lost node had in hand is in doubt, its part is not given away: it goes before all
  // else, to slots that are free then.
  const auto nodes = seats_.count() + (of.in_doubt() > 0 ? 1 : 0);
  return nodes < 2 ? left : left / (2 * nodes);
}

void push_state::grant(seat& at, std::uint64_t share) {
  const auto& options = is_.order.options;
  work_batch batch;
  while (at.checks.size() < checks_ahead * options.checks) {
    auto order = next_check();
    if (!order)
      break;
    at.checks.insert(order->blob);
    batch.checks.push_back(std::move(*order));
  }
  while (may_have_more(at, share)) {
    auto order = next_upload(at);
    if (!order)
      break;
    at.grant_upload(order->blob, order->size);
    if (auto begun = begun_.find(order->blob); begun != begun_.end())
      batch.begun.push_back(begun->second);
    batch.uploads.push_back(std::move(*order));
  }
  if (!batch.checks.empty() || !batch.uploads.empty())
    self_->send(at.node, atom::work_v, is_.id, std::move(batch));
}

std::optional<check_order> push_state::next_check() {
  if (is_trusting() && spot_checks_left_ == 0)
    return std::nullopt; // first the answers of those that are out
  auto blob = looked_at().next_check();
  if (!blob) {
    spot_checks_left_ = 0;
    return std::nullopt;
  }
  if (is_trusting()) {
    --spot_checks_left_;
    ++spot_checks_out_;
  }
  const auto& what = plan_->blobs[*blob];
  auto look_further = is_.order.options.to == purpose::plan && what.mount_from != 0;
  return check_order{*blob, what.id, what.size,
                     look_further ? plan_->mount_sources[what.mount_from - 1] : std::string{}};
}

std::optional<upload_order> push_state::next_upload(const seat& at) {
  if (phase_ != phase::sending || is_trusting())
    return std::nullopt;
  auto blob = looked_at().next_upload(at.number);
  if (!blob)
    return std::nullopt;
  const auto& what = plan_->blobs[*blob];
  auto naming = static_cast<protocol::blob_naming>(at.held[*blob] - 1);
  auto source = what.mount_from == 0 ? std::string{} : plan_->mount_sources[what.mount_from - 1];
  return upload_order{*blob, what.id, what.size, naming, std::move(source)};
}

/// At the tail a slow node may still have blobs that it has not begun, while another has nothing to
/// do: half of those that the other could send go back.
void push_state::take_back_for_idle_nodes(const std::vector<seat*>& nodes) {
  // One that may send nothing would give it back, and be idle again.
  auto found = std::find_if(nodes.begin(), nodes.end(), [](const seat* at) {
    return at->is_idle() && at->limits.uploads > 0;
  });
  if (phase_ != phase::sending || nodes.size() < 2 || found == nodes.end())
    return;
  const auto& idle = **found;
  auto* busiest = *std::max_element(nodes.begin(), nodes.end(), [](const seat* a, const seat* b) {
    return a->waiting < b->waiting;
  });
  if (busiest->waiting == 0 || busiest->recalled)
    return;
  std::vector<ledger::index> wanted;
  for (const auto& [blob, bytes] : busiest->uploads)
    if (wanted.size() < (busiest->waiting + 1) / 2 && looked_at().can_read(idle.number, blob))
      wanted.push_back(blob);
  if (wanted.empty())
    return;
  busiest->recalled = true;
  self_->send(busiest->node, atom::recall_v, is_.id, std::move(wanted));
}

void push_state::recall_everything() {
  seats_.for_each([this](seat& at) {
    std::vector<ledger::index> all;
    for (const auto& [blob, bytes] : at.uploads)
      all.push_back(blob);
    if (all.empty())
      return;
    at.recalled = true;
    self_->send(at.node, atom::recall_v, is_.id, std::move(all));
  });
}

/// What the push may use in all is divided among the nodes that use it, and what one cannot use
/// goes to the others. One that is idle may begin with its part of what there would be if it were
/// not. Where there are fewer streams than nodes, those that are busy come first.
void push_state::share_limits() {
  const auto& options = is_.order.options;
  std::vector<seat*> all;
  seats_.for_each([&all](seat& at) { all.push_back(&at); });
  const auto idle = std::stable_partition(all.begin(), all.end(),
                                          [](const seat* at) { return !at->uploads.empty(); });
  const auto busy = static_cast<std::uint64_t>(idle - all.begin());
  const auto is_needed
    = [this](const seat* at) { return ledger_ && looked_at().may_have_upload(at->number); };
  const auto all_alike = busy == 0 && std::none_of(all.begin(), all.end(), is_needed);
  std::vector<std::uint64_t> streams, rates;
  const auto most = most_streams();
  for (const auto* at : all) {
    const auto has_use = all_alike || !at->uploads.empty() || is_needed(at);
    streams.push_back(has_use || most == 0 ? options.uploads : 0);
    rates.push_back(at->uploads.empty() ? 0 : at->wanted_rate());
  }
  if (most != 0)
    streams = protocol::fair_shares(most, streams);
  rates = protocol::fair_shares(options.bandwidth, rates);
  for (std::size_t i = 0; i < all.size(); ++i) {
    node_limits now{static_cast<std::uint32_t>(streams[i]), 0};
    if (options.bandwidth != 0)
      now.bandwidth = std::max<std::uint64_t>(
        1, all[i]->uploads.empty() ? options.bandwidth / (busy + 1) : rates[i]);
    limit_node(*all[i], now);
  }
}

/// On all nodes together; 0: as many as each may have.
std::uint32_t push_state::most_streams() const {
  const auto by_user = is_.order.options.max_uploads;
  return by_user == 0 || governed_ == 0 ? std::max(by_user, governed_)
                                        : std::min(by_user, governed_);
}

void push_state::limit_node(seat& at, const node_limits& now) {
  if (now.uploads == at.limits.uploads && now.bandwidth == at.limits.bandwidth)
    return;
  at.limits = now;
  if (at.is != seat::stage::surveyed && at.is != seat::stage::located)
    self_->send(at.node, atom::limit_v, is_.id, now);
}

// ---- what nodes tell -------------------------------------------------------------------------

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
    return spdlog::error("push {}: node {} reports blobs that the plan does not have", is_.id,
                         at->last.share.name);
  at->sent_lately += report.sent_bytes;
  sent_bytes_ += report.sent_bytes;
  resent_bytes_ += report.resent_bytes;
  if (!report.checks.empty() || !report.uploads.empty() || report.moved)
    on_progress();
  for (const auto& note : report.setbacks) // after: trouble outweighs what went well before it
    on_setback(note);
  if (report.throttled)
    on_throttled(report.pause);
  book(*at, report);
  note_begun(std::move(report.begun));
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
    else if (looked_at().claimed(blob))
      at.grant_upload(blob, plan_->blobs[blob].size);
    else
      in_vain.push_back(blob);
  if (!in_vain.empty())
    self_->send(at.node, atom::drop_v, is_.id, std::move(in_vain));
  at.waiting = report.waiting;
  if (at.is == seat::stage::engaged)
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
      present.push_back({result.blob, protocol::confirmation::present});
    } else {
      to.missing(result.blob);
      doubt = true;
      const auto& what = plan_->blobs[result.blob];
      if (is_.order.options.to != purpose::push)
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

// ---- when nothing goes on --------------------------------------------------------------------

std::string push_state::what_is_missing() const {
  if (paused_ || phase_ == phase::publishing || phase_ == phase::ended)
    return {};
  if (seats_.count() == 0)
    return "no node has joined";
  auto is_coming = seats_.any_in(seat::stage::surveyed) || seats_.any_in(seat::stage::engaged);
  if (phase_ != phase::sending || !seats_.all_idle() || is_coming)
    return {};
  const auto& of = looked_at();
  auto left = of.total().blobs - of.confirmed().blobs;
  return left == 0 ? std::string{}
                   : std::to_string(left) + " blobs are held by no node that is here";
}

void push_state::watch_for_stranding() {
  if (!is_.rules.alone && self_->clock().now() - node_seen_at_ >= is_.rules.node_grace)
    if (auto missing = what_is_missing(); !missing.empty())
      fail(stranded(missing));
}

failure push_state::stranded(const std::string& missing) const {
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(is_.rules.node_grace).count();
  failure why{errc::no_node, "waited " + std::to_string(seconds) + " s: " + missing,
              "start a worker that can read the source; --node-grace sets how long to wait"};
  if (!ledger_ || seats_.count() == 0)
    return why;
  std::size_t named = 0;
  for (ledger::index blob = 0; blob < plan_->blobs.size() && named < most_named; ++blob)
    if (!ledger_->is_confirmed(blob))
      why.message += (named++ == 0 ? ": " : ", ") + plan_->blobs[blob].id.to_string();
  if (ledger_->total().blobs - ledger_->confirmed().blobs > named)
    why.message += ", …";
  return why;
}

} // namespace flotilla::actors
