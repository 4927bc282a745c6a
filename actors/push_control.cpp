#include "actors/log.hpp"
#include "actors/push.hpp"

#include <algorithm>
#include <utility>

// How a push is told, how long it tries, and how it ends.

namespace flotilla::actors {

using protocol::errc;
using protocol::failure;

namespace {

/// How often limits are shared out, and budgets looked at.
constexpr std::chrono::milliseconds beat{250};

/// Of a push that ends nothing is on the wire any more, whatever was.
void let_go_of_all(push_status& ended) {
  ended.nodes = 0;
  ended.in_flight_bytes = 0;
  ended.bodies.clear();
  ended.bodies_in_all = 0;
  ended.work.clear();
  ended.held_seconds = 0;
}

} // namespace

// ---- commands --------------------------------------------------------------------------------

void push_state::stop() {
  fail({errc::interrupted, "stopped by the user",
        "running the same command again continues: what the registry has is not sent again"});
}

/// Bodies on the wire go on to their end: many a registry keeps nothing of half a blob.
void push_state::set_paused(bool paused) {
  if (std::exchange(paused_, paused) == paused)
    return;
  if (is_.journal.paused)
    is_.journal.paused(paused);
  if (paused)
    return recall_everything();
  on_progress();
  if (is_at_work())
    fill();
}

// ---- the clock -------------------------------------------------------------------------------

void push_state::on_setback(const setback_note& note) {
  meter_.setback(self_->clock().now(), note);
}

void push_state::on_own_setback(const setback_note& note) {
  log_setback(is_.id, {}, note);
  on_setback(note);
}

void push_state::on_progress() {
  meter_.progress(self_->clock().now());
}

bool push_state::is_spent() {
  auto budget = is_.order.options.retry_budget;
  if (!heard_)
    budget = std::min(budget, is_.order.options.reach_budget);
  if (paused_ || (is_at_work() && seats_.count() == 0)) // nobody tries
    on_progress();
  if (!meter_.is_spent(self_->clock().now(), budget))
    return false;
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(budget).count();
  fail({errc::gave_up,
        "gave up after " + std::to_string(seconds)
          + " s without progress; the last try: " + meter_.last_setback().detail,
        "running the same command again continues; --retry-budget sets how long to wait"});
  return true;
}

void push_state::tick() {
  if (phase_ == phase::ended || is_spent())
    return;
  begin_when_ready();
  if (is_at_work()) {
    seats_.for_each([](seat& at) {
      at.note_rate(beat);
      at.recalled = false; // once a beat: what is taken back may come back
    });
    give_up_strays([this, now = self_->clock().now()](const stray& each) {
      return now >= each.until && seats_.find(each.node) == nullptr; // else it will tell
    });
    share_limits();
    fill(); // whose turn it is may have changed
  }
  report_usage();
  watch_for_stranding();
  if (phase_ != phase::ended)
    self_->delayed_send(self_, beat, atom::tick_v);
}

// ---- the end ---------------------------------------------------------------------------------

void push_state::fail(failure why) {
  if (phase_ == phase::ended)
    return;
  report_.why = std::move(why);
  finish(std::move(report_));
}

void push_state::finish(push_report report) {
  phase_ = phase::ended;
  std::sort(report.absent.begin(), report.absent.end(),
            [](const auto& a, const auto& b) { return a.blob < b.blob; }); // the plan's order
  report.last = status();
  tell_the_end(report);
  let_go_of_all(report.last);
  report.map = map();
  seats_.for_each([this](const seat& at) { self_->send(at.node, atom::release_v, is_.id); });
  report.nodes = seats_.shares();
  if (sent_bytes_ > 0)
    report.bottleneck = bottleneck_of(report.nodes);
  is_.ended(std::move(report));
  constexpr auto reason = caf::exit_reason::user_shutdown;
  self_->send_exit(scout_, reason);
  self_->send_exit(publisher_, reason);
  self_->send_exit(gateway_, reason);
  self_->quit();
}

void push_state::tell_the_end(const push_report& report) const {
  using namespace spdlog;
  const auto& why = report.why;
  if (why.code == errc::none)
    return log(level::info, {is_.id}, "the push is done, after {:.1f} s", report.last.seconds);
  const auto is_told_anyway = is_.rules.alone || why.code == errc::interrupted;
  log(is_told_anyway ? level::info : level::err, {is_.id}, "the push has ended: {}", why.message);
}

protocol::blob_map push_state::map() const {
  return ledger_ ? map_of(*ledger_) : protocol::blob_map{};
}

push_status push_state::status() const {
  push_status now;
  now.now = phase_;
  now.paused = paused_;
  now.waiting = what_is_missing();
  if (ledger_) {
    now.total = ledger_->total();
    now.present = ledger_->of(protocol::confirmation::present);
    now.mounted = ledger_->of(protocol::confirmation::mounted);
    now.uploaded = ledger_->of(protocol::confirmation::uploaded);
    now.resumed = ledger_->of(protocol::confirmation::resumed);
    now.missing = ledger_->missing();
  }
  now.sent_bytes = sent_bytes_;
  now.resent_bytes = resent_bytes_;
  now.earlier_bytes = earlier_bytes_;
  now.granted = granted_;
  now.handed_on = handed_on_;
  seats_.write(now);
  meter_.write(self_->clock().now(), now);
  now.streams = governed_;
  const std::chrono::duration<double> held = held_until_ - self_->clock().now();
  now.held_seconds = std::max(0.0, held.count());
  return now;
}

} // namespace flotilla::actors
