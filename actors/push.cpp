#include "actors/push.hpp"

#include "actors/gateway.hpp"
#include "actors/publisher.hpp"
#include "protocol/token.hpp"

#include <algorithm>

namespace flotilla::actors {

using protocol::errc;
using protocol::failure;
using protocol::ledger;

namespace {

/// Batches that a node may have in hand; it works on one.
constexpr std::uint32_t checks_ahead = 2;
constexpr std::uint32_t uploads_ahead = 4;

std::vector<std::string> scopes_of(const push_order& order) {
  auto actions = order.options.to == purpose::push ? "pull,push" : "pull";
  std::vector<std::string> scopes{protocol::repository_scope(order.target.repository, actions)};
  for (const auto& source : order.plan.mount_sources)
    scopes.push_back(protocol::repository_scope(source, "pull"));
  return scopes;
}

std::vector<std::string> tags_of(const push_order& order) {
  std::vector<std::string> tags;
  if (!order.target.tag.empty())
    tags.push_back(order.target.tag);
  for (const auto& tag : order.tags)
    if (std::find(tags.begin(), tags.end(), tag) == tags.end())
      tags.push_back(tag);
  return tags;
}

} // namespace

void push_state::wire(std::string id, push_order order, http_actor http, token_actor tokens,
                      caf::actor follower) {
  id_ = std::move(id);
  follower_ = std::move(follower);
  engagement_ = {id_, order.at, scopes_of(order), order.options};
  tags_ = tags_of(order);
  order_ = std::move(order);
  plan_ = std::make_shared<const protocol::push_plan>(std::move(order_.plan));
  auto mode
    = order_.options.to == purpose::push ? order_.options.check : protocol::check_mode::always;
  ledger_.emplace(plan_->blobs, mode);
  gateway_ = self_->spawn(gateway, std::move(http), std::move(tokens), engagement_);
  // A weak handle: the push holds its publisher already.
  auto tell = [me = caf::actor_cast<caf::weak_actor_ptr>(self_)](auto... what) {
    if (auto push = me.lock())
      caf::anon_send(caf::actor_cast<caf::actor>(push), std::move(what)...);
  };
  publisher_news news;
  news.setback = [tell](setback_note note) { tell(atom::setback_v, std::move(note)); };
  news.progress = [tell] { tell(atom::progress_v); };
  publisher_
    = self_->spawn(publisher, gateway_, publication{order_.at, plan_, tags_}, std::move(news));
  self_->set_down_handler([this](const caf::down_msg&) {
    fail({errc::internal, "a node died", "this is a mistake of Flotilla's; please report it"});
  });
  questions.wire(self_, gateway_, [this](const setback_note& note) { on_setback(note); });
  tick();
  reach();
}

// ---- the life of a push ----------------------------------------------------------------------

void push_state::reach() {
  questions.ask<std::monostate>(
    order_.at.probe(),
    [this](const protocol::http_outcome& outcome) {
      heard_ |= outcome.response() != nullptr;
      return judge_probe(outcome, order_.at);
    },
    [this](const protocol::result<std::monostate>& reached) {
      if (!reached)
        return fail(reached.error());
      on_progress();
      look();
    });
}

void push_state::look() {
  if (order_.options.to == purpose::verify)
    return begin_work(false);
  self_->request(publisher_, caf::infinite, atom::look_v)
    .then([this](bool there) { begin_work(there); },
          [this](const caf::error& error) { fail(to_failure(error)); });
}

void push_state::begin_work(bool manifest_there) {
  phase_ = order_.options.to == purpose::push ? phase::sending : phase::checking;
  report_.manifest_present = manifest_there;
  on_progress();
  if (manifest_there && order_.options.to == purpose::push
      && order_.options.check == protocol::check_mode::automatic)
    spot_checks_left_ = spot_checks;
  for (const auto& node : seats_.nodes())
    self_->send(node, atom::engage_v, engagement_, push_actor{self_});
  fill();
  advance();
}

void push_state::publish() {
  phase_ = phase::publishing;
  again_.reset();
  self_->request(publisher_, caf::infinite, atom::publish_v, trusting_)
    .then(
      [this](std::vector<std::string>& tags) {
        on_progress();
        report_.tags = std::move(tags);
        if (order_.options.verify == verification::none)
          conclude();
        else
          verify();
      },
      [this](const caf::error& error) { on_unpublished(to_failure(error)); });
}

/// A registry that lost a blob which it had, or promised by an earlier manifest, gets it again:
/// then nothing but asking for every blob helps. Once, lest this go in circles.
void push_state::on_unpublished(failure why) {
  if (looked_closer_ || why.code != errc::incomplete)
    return fail(std::move(why));
  looked_closer_ = true;
  trusting_ = false;
  on_setback({"blob-lost", std::move(why.message), {}});
  again_.emplace(plan_->blobs, protocol::check_mode::always);
  phase_ = phase::sending;
  fill();
  advance();
}

void push_state::verify() {
  phase_ = phase::verifying;
  self_->request(publisher_, caf::infinite, atom::verify_v)
    .then(
      [this](std::vector<failure>& differences) {
        on_progress();
        report_.differences = std::move(differences);
        if (order_.options.to == purpose::push && order_.options.verify == verification::blobs)
          check_everything_again();
        else
          conclude();
      },
      [this](const caf::error& error) { fail(to_failure(error)); });
}

void push_state::check_everything_again() {
  again_.emplace(plan_->blobs, protocol::check_mode::always);
  fill();
  advance();
}

void push_state::conclude() {
  if (order_.options.to != purpose::plan) {
    if (!looked_at().all_confirmed())
      report_.differences.push_back(missing_blobs());
    if (!report_.differences.empty())
      report_.why = report_.differences.front();
  }
  finish(std::move(report_));
}

failure push_state::missing_blobs() {
  failure why{errc::differs, {}, "push again with --check always"};
  std::size_t named = 0;
  for (ledger::index blob = 0; blob < plan_->blobs.size() && named < 20; ++blob)
    if (looked_at().is_missing(blob)) {
      why.message += (named++ == 0 ? "" : ", ") + plan_->blobs[blob].id.to_string();
    }
  auto all = looked_at().missing().blobs;
  why.message = "the registry lacks " + std::to_string(all) + " of "
                + std::to_string(plan_->blobs.size()) + " blobs: " + why.message
                + (all > named ? ", …" : "");
  return why;
}

/// Goes on to the next phase when this one has nothing left to do.
void push_state::advance() {
  if (phase_ == phase::sending) {
    if (looked_at().all_confirmed())
      publish();
  } else if (phase_ == phase::checking) {
    if (!ledger_->all_checked())
      return;
    if (order_.options.to == purpose::verify)
      verify();
    else
      conclude();
  } else if (phase_ == phase::verifying && again_ && again_->all_checked()) {
    conclude();
  }
}

// ---- work for the nodes ----------------------------------------------------------------------

void push_state::join(const std::string& node_name, node_actor node) {
  self_->monitor(node);
  seats_.add(node_name, node);
  if (phase_ != phase::sending && phase_ != phase::checking)
    return;
  self_->send(node, atom::engage_v, engagement_, push_actor{self_});
  fill();
}

ledger& push_state::looked_at() {
  return again_ ? *again_ : *ledger_;
}

bool push_state::is_trusting() const {
  return spot_checks_left_ + spot_checks_out_ > 0;
}

void push_state::fill() {
  const auto& options = order_.options;
  auto grants = seats_.grant(
    {options.checks * checks_ahead, options.uploads * uploads_ahead},
    [this] { return next_check(); }, [this] { return next_upload(); });
  for (auto& [node, batch] : grants)
    self_->send(node, atom::work_v, id_, std::move(batch));
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
  auto look_further = order_.options.to == purpose::plan && what.mount_from != 0;
  return check_order{*blob, what.id, what.size,
                     look_further ? plan_->mount_sources[what.mount_from - 1] : std::string{}};
}

std::optional<upload_order> push_state::next_upload() {
  if (phase_ != phase::sending || is_trusting())
    return std::nullopt;
  auto blob = looked_at().next_upload();
  if (!blob)
    return std::nullopt;
  const auto& what = plan_->blobs[*blob];
  auto source = what.mount_from == 0 ? std::string{} : plan_->mount_sources[what.mount_from - 1];
  return upload_order{*blob, {what.id, what.size, plan_->path_of(what), std::move(source)}};
}

// ---- what nodes and the publisher tell -------------------------------------------------------

void push_state::on_report(const std::string& node, node_report report) {
  if (phase_ == phase::ended || !seats_.take(node, report))
    return;
  sent_bytes_ += report.sent_bytes;
  resent_bytes_ += report.resent_bytes;
  if (!report.checks.empty() || !report.uploads.empty() || report.moved)
    on_progress();
  for (const auto& note : report.setbacks) // after: trouble outweighs what went well before it
    on_setback(note);
  take_checks(report.checks);
  take_uploads(report.uploads);
  if (!report.failures.empty())
    return fail(std::move(report.failures.front()));
  fill();
  advance();
}

void push_state::take_checks(const std::vector<check_result>& results) {
  auto& to = looked_at();
  const auto trusting = is_trusting();
  auto doubt = false;
  for (const auto& result : results) {
    if (result.present) {
      to.found(result.blob);
    } else {
      to.missing(result.blob);
      doubt = true;
      if (order_.options.to != purpose::push)
        report_.absent.push_back({result.blob, result.mountable});
    }
  }
  if (!trusting)
    return;
  spot_checks_out_ -= static_cast<std::uint32_t>(results.size());
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
    if (again_)
      ledger_->corrected(result.blob, result.how);
  }
}

void push_state::on_progress() {
  meter_.progress(self_->clock().now());
}

void push_state::on_setback(const setback_note& note) {
  meter_.setback(self_->clock().now(), note);
}

void push_state::stop() {
  fail({errc::interrupted, "stopped by the user",
        "running the same command again continues: what the registry has is not sent again"});
}

void push_state::tick() {
  if (phase_ == phase::ended)
    return;
  auto budget = order_.options.retry_budget;
  if (!heard_)
    budget = std::min(budget, order_.options.reach_budget);
  if (meter_.is_spent(self_->clock().now(), budget)) {
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(budget).count();
    return fail({errc::gave_up,
                 "gave up after " + std::to_string(seconds)
                   + " s without progress; the last try: " + meter_.last_setback().detail,
                 "running the same command again continues; --retry-budget sets how long to wait"});
  }
  self_->delayed_send(self_, std::chrono::milliseconds{250}, atom::tick_v);
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
  for (const auto& node : seats_.nodes())
    self_->send(node, atom::release_v, id_);
  report.nodes = seats_.shares();
  if (sent_bytes_ > 0)
    report.bottleneck = bottleneck_of(report.nodes);
  caf::anon_send(follower_, atom::ended_v, std::move(report));
  self_->send_exit(publisher_, caf::exit_reason::user_shutdown);
  self_->send_exit(gateway_, caf::exit_reason::user_shutdown);
  self_->quit();
}

push_status push_state::status() const {
  push_status now;
  now.now = phase_;
  now.total = ledger_->total();
  now.present = ledger_->of(protocol::confirmation::present);
  now.mounted = ledger_->of(protocol::confirmation::mounted);
  now.uploaded = ledger_->of(protocol::confirmation::uploaded);
  now.resumed = ledger_->of(protocol::confirmation::resumed);
  now.missing = ledger_->missing();
  now.sent_bytes = sent_bytes_;
  now.resent_bytes = resent_bytes_;
  seats_.write(now);
  meter_.write(self_->clock().now(), now);
  return now;
}

push_state::interface::behavior_type push(push_state::pointer self, std::string id,
                                          push_order order, http_actor http, token_actor tokens,
                                          caf::actor follower) {
  self->state.wire(std::move(id), std::move(order), std::move(http), std::move(tokens),
                   std::move(follower));
  auto& state = self->state;
  return {
    [&state](atom::report, const std::string& node, node_report& report) {
      state.on_report(node, std::move(report));
    },
    [&state](atom::status) { return state.status(); },
    [&state](atom::stop) { state.stop(); },
    [&state](atom::join, const std::string& name, node_actor& node) {
      state.join(name, std::move(node));
    },
    [&state](atom::again, std::uint32_t ticket) { state.questions.again(ticket); },
    [&state](atom::setback, const setback_note& note) { state.on_setback(note); },
    [&state](atom::progress) { state.on_progress(); },
    [&state](atom::tick) { state.tick(); },
  };
}

} // namespace flotilla::actors
