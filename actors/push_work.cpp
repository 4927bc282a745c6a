#include "actors/push.hpp"

#include <algorithm>
#include <utility>

// Who does what: how work is granted to nodes.

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

// ---- grants ----------------------------------------------------------------------------------

bool push_state::is_trusting() const {
  return spot_checks_left_ + spot_checks_out_ > 0;
}

/// Each node gets what it needs to be busy, and no more than half its part of what is left: the
/// other half goes to whoever turns out to be faster, and all end at the same time.
void push_state::fill() {
  if (paused_ || !is_at_work() || awaits_claims())
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

/// A node may have in hand, from the coordinator before this one, what another would be given.
bool push_state::awaits_claims() const {
  return is_.memory.restored && seats_.any_owes_claims();
}

std::uint64_t push_state::fair_share() const {
  const auto& of = looked_at();
  const auto left = of.total().bytes - of.confirmed().bytes;
  // While what a lost node had in hand is in doubt, its part is not given away: it goes before all
  // else, to slots that are free then.
  const auto nodes = seats_.count() + (of.in_doubt() > 0 || !strays_.empty() ? 1 : 0);
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
    ++granted_;
    if (auto begun = begun_.find(order->blob); begun != begun_.end()) {
      ++handed_on_;
      batch.begun.push_back(begun->second);
    }
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
                     look_further ? plan_->mount_sources[what.mount_from - 1] : std::string{},
                     phase_ == phase::sending};
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
  auto found = std::find_if(nodes.begin(), nodes.end(),
                            [](const seat* at) { return at->is_idle() && at->limits.uploads > 0; });
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

// ---- when nothing goes on --------------------------------------------------------------------

std::string push_state::what_is_missing() const {
  if (paused_ || phase_ == phase::publishing || phase_ == phase::ended)
    return {};
  if (seats_.count() == 0)
    return "no node has joined";
  auto is_coming = seats_.any_in(seat::stage::surveyed) || seats_.any_in(seat::stage::engaged);
  if (phase_ != phase::sending || !seats_.all_idle() || is_coming || !strays_.empty())
    return {};
  const auto& of = looked_at();
  auto left = of.total().blobs - of.confirmed().blobs;
  return left == 0 ? std::string{}
                   : std::to_string(left) + " blobs are held by no node that is here";
}

/// While what is left passes from one node to another all may be idle: only what lasts counts.
void push_state::watch_for_stranding() {
  const auto now = self_->clock().now();
  const auto missing = is_.rules.alone ? std::string{} : what_is_missing();
  if (missing.empty())
    stranded_since_.reset();
  else if (!stranded_since_)
    stranded_since_ = now;
  if (stranded_since_ && now - node_seen_at_ >= is_.rules.node_grace
      && now - *stranded_since_ >= std::min(is_.rules.lease, is_.rules.node_grace))
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
    if (!looked_at().is_confirmed(blob))
      why.message += (named++ == 0 ? ": " : ", ") + plan_->blobs[blob].id.to_string();
  if (looked_at().total().blobs - looked_at().confirmed().blobs > named)
    why.message += ", …";
  return why;
}

} // namespace flotilla::actors
