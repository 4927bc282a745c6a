#include "tests/simulation/run.hpp"

#include "actors/errors.hpp"

#include <algorithm>
#include <utility>

namespace flotilla::simulation {

using std::chrono::milliseconds;

namespace {

constexpr std::uint64_t most_steps = 5'000'000;

actors::push_order order_of(const scenario& of) {
  actors::push_order order;
  order.source.text = "oci:/model";
  order.mount_from = of.knows_mount_source ? registry::mount_source : "";
  order.target
    = *protocol::parse_reference(std::string{registry::host} + '/' + registry::repository + ":v1");
  order.at = {*protocol::parse_url("https://" + std::string{registry::host}), registry::repository};
  order.tags = of.tags;
  order.options = of.options;
  return order;
}

} // namespace

run::run(const scenario& of)
  : of_(of), stage_(of.seed, of.disorder), weather_(stage_),
    registry_(stage_, of.ways, [this](const std::string& id) { return of_.what.size_of(id); }),
    internet_(stage_, registry_, weather_), disk_(stage_),
    watch_(stage_, of_, registry_), place_{stage_, internet_, of_},
    client_(place_, watch_, order_of(of_)) {
}

/// What holds each other lets go, so that nothing is left of it.
run::~run() {
  if (head_)
    dead_.push_back(std::move(head_));
  for (auto& each : nodes_)
    if (each)
      dead_.push_back(std::move(each));
  for (auto& each : dead_) {
    each->crash();
    if (auto* worker = dynamic_cast<worker_process*>(each.get()))
      worker->close();
  }
  stage_.end();
}

void run::furnish() {
  const auto& blobs = of_.what.plan.blobs;
  for (auto blob : of_.present)
    registry_.put_there(registry::repository, blobs[blob].id.to_string(), blobs[blob].size);
  for (auto blob : of_.mountable)
    registry_.put_there(registry::mount_source, blobs[blob].id.to_string(), blobs[blob].size);
  if (of_.manifest_present) // it had all of them once
    registry_.had_all(of_.what.plan);
}

outcome run::play() {
  furnish();
  shelf_.profile = of_.known;
  if (of_.options.check == protocol::check_mode::always
      && std::none_of(of_.faults.begin(), of_.faults.end(), hides_blobs))
    registry_.expect_checks();
  watch_.ask_for_nodes([this] { return all_are_here(); });
  joined_.resize(of_.nodes.size());
  unreachable_until_.resize(of_.nodes.size());
  lives_.resize(of_.nodes.size());
  nodes_.resize(of_.nodes.size());
  start_head();
  for (std::size_t i = 0; !of_.alone && i < of_.nodes.size(); ++i)
    stage_.later(milliseconds{stage_.dice().between(0, 300)}, [this, i] { start_node(i); });
  stage_.later(of_.submitted_at, [this] { client_.begin(); });
  begin_faults();
  while (!is_over())
    if (!stage_.step()) {
      stage_.violated("ends", "nothing is left to do, and the push has not ended");
      break;
    }
  outcome end;
  if (stage_.broken() != nullptr)
    end.broken = *stage_.broken();
  end.trace = stage_.trace();
  end.steps = stage_.steps();
  end.lasted = stage_.since_begin();
  if (client_.report())
    end.how = client_.report()->why.code;
  return end;
}

bool run::is_over() const {
  auto& on = const_cast<stage&>(stage_);
  if (stage_.since_begin() > of_.bound())
    on.violated("ends", "the push has not ended within "
                          + std::to_string(of_.bound().count() / 1000) + " s");
  else if (stage_.steps() > most_steps)
    on.violated("ends", "the push has not ended after " + std::to_string(most_steps) + " steps");
  return stage_.broken() != nullptr || client_.report();
}

bool run::all_are_here() const {
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (const auto& node = nodes_[i]; !node || !node->connection() || node->connection()->is_cut()
                                      || stage_.now() < joined_[i] + of_.node_grace)
      return false;
  return head_ != nullptr && !of_.alone;
}

// ---- processes -------------------------------------------------------------------------------

void run::start_head() {
  head_ = std::make_unique<head_process>(
    place_, &disk_, &shelf_,
    [this](const std::string&, const auto& blobs) { watch_.recorded(blobs); });
  client_.greet(head_->coordinator());
}

void run::start_node(std::size_t number) {
  nodes_[number] = std::make_unique<worker_process>(
    place_, number, lives_[number]++,
    [this, number](const worker_process::answer& answer) { on_dial(number, answer); });
}

void run::on_dial(std::size_t number, const worker_process::answer& answer) {
  const auto wait = milliseconds{stage_.dice().between(1, 100)};
  stage_.later(wait, [this, number, answer] {
    if (!nodes_[number])
      return;
    if (head_ && stage_.now() >= unreachable_until_[number]) {
      joined_[number] = stage_.now();
      return answer(caf::make_message(nodes_[number]->connect(head_->coordinator())));
    }
    answer(
      caf::make_message(actors::to_error({protocol::errc::unavailable, "connection refused", {}})));
  });
}

/// After how long a connection that is gone is noticed: of one that broke silently, once CAF's
/// heartbeats have failed.
span run::notice_in(bool silently) {
  return milliseconds{silently ? stage_.dice().between(5'000, 7'000)
                               : stage_.dice().between(0, 1'000)};
}

void run::tell(const std::shared_ptr<link>& over, link::end where, span soon) {
  if (over)
    stage_.later(soon, [over, where] { over->notice(where); });
}

void run::crash_head(const fault& x) {
  if (!head_)
    return;
  head_->crash();
  client_.lose_head();
  dead_.push_back(std::move(head_));
  if (x.detail == 1)
    disk_.power_cut();
  internet_.set_all_apart(stage_.now() + x.span + 2 * of_.lease + std::chrono::seconds{4});
  for (const auto& node : nodes_)
    if (node && node->connection()) {
      node->connection()->cut();
      node->connection()->notice(link::end::head);
      tell(node->connection(), link::end::worker, notice_in(x.detail == 1));
    }
  stage_.later(x.span, [this] { start_head(); });
}

void run::crash_node(const fault& x) {
  auto& node = nodes_.at(x.who);
  if (!node || of_.alone)
    return;
  node->crash();
  tell(node->connection(), link::end::head, notice_in(x.detail == 2));
  dead_.push_back(std::move(node));
  if (x.detail != 1)
    stage_.later(x.span, [this, number = x.who] { start_node(number); });
}

void run::cut_link(const fault& x) {
  auto& node = nodes_.at(x.who);
  unreachable_until_.at(x.who) = stage_.now() + x.span;
  if (!node || !node->connection())
    return;
  internet_.set_apart(node->who().name,
                      stage_.now() + x.span + 2 * of_.lease + std::chrono::seconds{4});
  node->connection()->cut();
  tell(node->connection(), link::end::head, notice_in(x.detail == 1));
  tell(node->connection(), link::end::worker, notice_in(x.detail == 1));
}

// ---- faults ----------------------------------------------------------------------------------

void run::begin_faults() {
  for (const auto& each : of_.faults)
    stage_.later(each.at, [this, &each] { befall(each); });
}

void run::lose_blob(const std::string& digest, bool cannot_say_so) {
  return cannot_say_so ? registry_.break_blob(digest) : registry_.lose_blob(digest);
}

void run::befall(const fault& x) {
  if (stage_.is_loud())
    stage_.say("FAULT " + to_string(x));
  switch (x.what) {
    case fault_kind::sessions_expired: return registry_.expire_sessions();
    case fault_kind::tokens_revoked: return registry_.revoke_tokens();
    case fault_kind::blob_lost:
      return lose_blob(of_.what.plan.blobs.at(x.who).id.to_string(), x.detail == 1);
    case fault_kind::emptied: return registry_.become_empty();
    case fault_kind::clock_jump: return stage_.jump(std::chrono::hours{x.detail});
    case fault_kind::trouble:
    case fault_kind::body_cut:
    case fault_kind::answer_lost:
    case fault_kind::unreachable:
    case fault_kind::no_tokens:
    case fault_kind::mangled: return weather_.begin(x);
    default: return befall_process(x);
  }
}

void run::befall_process(const fault& x) {
  switch (x.what) {
    case fault_kind::node_crash: return crash_node(x);
    case fault_kind::head_crash: return crash_head(x);
    case fault_kind::link_cut: return cut_link(x);
    case fault_kind::link_stall:
      if (const auto& node = nodes_.at(x.who); node && node->connection()) {
        node->connection()->stall(stage_.now() + x.span);
        internet_.set_apart(node->who().name,
                            stage_.now() + x.span + 2 * of_.lease + std::chrono::seconds{4});
      }
      return;
    case fault_kind::disk_full: return disk_.fill_up(stage_.now() + x.span);
    case fault_kind::limit: return client_.limit(x.count);
    case fault_kind::cancel: return client_.cancel();
    case fault_kind::pause:
      client_.pause(true);
      stage_.later(x.span, [this] { client_.pause(false); });
      return;
    default: return;
  }
}

outcome play(const scenario& of, bool loud) {
  run one{of};
  if (loud)
    one.speak_up();
  return one.play();
}

} // namespace flotilla::simulation
