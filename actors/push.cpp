#include "actors/push.hpp"

#include "actors/gateway.hpp"
#include "actors/publisher.hpp"
#include "actors/scout.hpp"
#include "actors/teller.hpp"
#include "protocol/token.hpp"

#include <algorithm>

namespace flotilla::actors {

using protocol::errc;
using protocol::failure;
using protocol::ledger;

namespace {

std::vector<std::string> scopes_of(const push_order& order, const protocol::push_plan& plan) {
  auto actions = order.options.to == purpose::push ? "pull,push" : "pull";
  std::vector<std::string> scopes{protocol::repository_scope(order.target.repository, actions)};
  for (const auto& source : plan.mount_sources)
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

bool is_read_back(const push_order& order) {
  return order.options.to == purpose::push && order.options.verify != verification::none;
}

} // namespace

void push_state::wire(push_setting setting) {
  is_ = std::move(setting);
  node_seen_at_ = self_->clock().now();
  paused_ = is_.memory.paused;
  tags_ = tags_of(is_.order);
  // Nodes that knew the push before may need a while to come back with its source.
  auto patience = is_.memory.restored ? is_.rules.node_grace : std::chrono::milliseconds{0};
  scout_ = self_->spawn<caf::linked>(scout, is_.order.source, is_.order.mount_from,
                                     scout_desk_actor{self_}, patience);
  tick();
}

// ---- the life of a push ----------------------------------------------------------------------

void push_state::on_outlined(std::shared_ptr<const protocol::push_plan> plan) {
  if (phase_ != phase::reading)
    return;
  plan_ = std::move(plan);
  report_.model = plan_->top().id;
  report_.manifests = static_cast<std::uint32_t>(plan_->manifests.size());
  report_.warnings = plan_->warnings;
  if (auto bad = objection_to(*plan_); bad.code != errc::none)
    return fail(std::move(bad));
  const auto& order = is_.order;
  auto mode
    = order.options.to == purpose::push ? order.options.check : protocol::check_mode::always;
  ledger_.emplace(plan_->blobs, mode);
  remember();
  engagement_ = {is_.id,        order.source,
                 order.at,      scopes_of(order, *plan_),
                 order.options, protocol::built_in_profile(order.at.registry())};
  recall_earlier();
  auto tell = teller(self_);
  auto throttled = [tell](caf::timespan pause) { tell(atom::throttled_v, pause); };
  gateway_
    = self_->spawn<caf::linked>(gateway, is_.http, is_.tokens, engagement_, std::move(throttled));
  publisher_news news;
  news.setback = [tell](setback_note note) { tell(atom::setback_v, std::move(note)); };
  news.progress = [tell] { tell(atom::progress_v); };
  publisher_ = self_->spawn<caf::linked>(
    publisher, gateway_, publication{order.at, plan_, tags_, is_read_back(order)}, std::move(news));
  questions.wire(self_, gateway_, [this](const setback_note& note) { on_own_setback(note); });
  reach();
}

failure push_state::objection_to(const protocol::push_plan& plan) const {
  const auto& named = is_.order.target.id;
  if (!named || *named == plan.top().id)
    return {};
  return {errc::usage,
          "the reference names " + named->to_string() + ", but the source is "
            + plan.top().id.to_string(),
          "leave out the digest, or choose the source that has it"};
}

/// What a coordinator before this one has seen confirmed is not looked at again.
void push_state::remember() {
  auto model = plan_->top().id.to_string();
  if (is_.memory.model == model)
    for (const auto& [blob, how] : is_.memory.confirmed)
      if (blob < plan_->blobs.size())
        ledger_->confirmed(blob, how);
  is_.memory.confirmed = {};
  if (is_.journal.model)
    is_.journal.model(model);
}

/// A push that only asks leaves to others what can be gone on with.
void push_state::recall_earlier() {
  recalled_ = !is_.keeper || is_.order.options.to != purpose::push;
  if (recalled_)
    return;
  auto go_on = [this] {
    recalled_ = true;
    begin_when_ready();
  };
  self_
    ->request(is_.keeper, std::chrono::seconds{30}, atom::recall_v, is_.id, is_.order.at,
              shared_plan{plan_})
    .then(
      [this, go_on](recollection& earlier) {
        engagement_.profile = earlier.profile;
        for (auto& upload : earlier.uploads) {
          earlier_[upload.blob] = upload.at.held;
          begun_.insert_or_assign(upload.blob, std::move(upload));
        }
        go_on();
      },
      [go_on](const caf::error&) { go_on(); });
}

/// While the nodes look for their files.
void push_state::reach() {
  phase_ = phase::reaching;
  questions.ask<std::monostate>(
    is_.order.at.probe(),
    [this](const protocol::http_outcome& outcome) {
      heard_ |= outcome.response() != nullptr;
      return judge_probe(outcome, is_.order.at);
    },
    [this](const protocol::result<std::monostate>& reached) {
      if (!reached)
        return on_unreached(reached.error());
      on_progress();
      look();
    });
}

/// What is wrong with the only node's files is said rather than what the registry says.
void push_state::on_unreached(failure why) {
  if (is_.rules.alone && seats_.any_in(seat::stage::surveyed))
    unreached_ = std::move(why);
  else
    fail(std::move(why));
}

void push_state::look() {
  auto know = [this](bool there) {
    report_.manifest_present = there;
    looked_ = true;
    on_progress();
    begin_when_ready();
  };
  if (is_.order.options.to == purpose::verify)
    return know(false);
  self_->request(publisher_, caf::infinite, atom::look_v)
    .then(know, [this](const caf::error& error) { on_unreached(to_failure(error)); });
}

/// Once the registry has been looked at, and all nodes that are here have said what they hold. A
/// push that was restored, or that goes on in sessions of an earlier one, gives those that worked
/// for that the time to come back: one of them may be sending what would be granted to another.
void push_state::begin_when_ready() {
  if (phase_ != phase::reaching || !looked_ || !recalled_)
    return;
  const auto goes_on = is_.memory.restored || !begun_.empty();
  const auto may_come_back = goes_on && self_->clock().now() < is_.nodes_return_until;
  if (seats_.count() == 0 || seats_.any_in(seat::stage::surveyed) || may_come_back)
    return;
  begin_work();
}

void push_state::begin_work() {
  const auto& options = is_.order.options;
  phase_ = options.to == purpose::push ? phase::sending : phase::checking;
  if (report_.manifest_present && options.to == purpose::push
      && options.check == protocol::check_mode::automatic)
    spot_checks_left_ = spot_checks;
  seats_.for_each([this](seat& at) { engage(at); });
  if (is_.governor && phase_ == phase::sending)
    self_->send(is_.governor, atom::join_v, is_.id, governed_actor{self_});
  advance();
}

bool push_state::is_at_work() const {
  return phase_ == phase::sending || phase_ == phase::checking
         || (phase_ == phase::verifying && again_);
}

void push_state::publish() {
  phase_ = phase::publishing;
  again_.reset();
  strays_.clear(); // all is confirmed
  self_->request(publisher_, caf::infinite, atom::publish_v, trusting_)
    .then(
      [this](std::vector<std::string>& tags) {
        on_progress();
        report_.tags = std::move(tags);
        if (is_.order.options.verify == verification::none)
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
  look_again();
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
        const auto& options = is_.order.options;
        if (options.to == purpose::push && options.verify == verification::blobs)
          check_everything_again();
        else
          conclude();
      },
      [this](const caf::error& error) { fail(to_failure(error)); });
}

void push_state::check_everything_again() {
  look_again();
  fill();
  advance();
}

/// By all nodes, those that came while there was nothing to do included.
void push_state::look_again() {
  again_.emplace(plan_->blobs, protocol::check_mode::always);
  seats_.for_each([this](const seat& at) {
    for (std::size_t blob = 0; blob < at.held.size(); ++blob)
      again_->held(static_cast<ledger::index>(blob), at.number, at.held[blob] != 0);
  });
  seats_.for_each([this](seat& at) { engage(at); });
}

void push_state::conclude() {
  if (is_.order.options.to != purpose::plan) {
    if (!looked_at().all_confirmed())
      report_.differences.push_back(missing_blobs());
    if (!report_.differences.empty())
      report_.why = report_.differences.front();
  }
  finish(std::move(report_));
}

failure push_state::missing_blobs() const {
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
    if (is_.order.options.to == purpose::verify)
      verify();
    else
      conclude();
  } else if (phase_ == phase::verifying && again_ && again_->all_checked()) {
    conclude();
  }
}

ledger& push_state::looked_at() {
  return again_ ? *again_ : *ledger_;
}

const ledger& push_state::looked_at() const {
  return again_ ? *again_ : *ledger_;
}

push_state::interface::behavior_type push(push_state::pointer self, push_setting setting) {
  self->state.wire(std::move(setting));
  auto& state = self->state;
  return {
    [&state](atom::report, const std::string& node, node_report& report) {
      state.on_report(node, std::move(report));
    },
    [&state](atom::status) { return state.status(); },
    [&state](atom::map) { return state.map(); },
    [&state](atom::stop) { state.stop(); },
    [&state](atom::pause) { state.set_paused(true); },
    [&state](atom::resume) { state.set_paused(false); },
    [&state](atom::limit, const limit_change& change) { state.limit(change); },
    [&state](atom::limit, std::uint32_t streams) { state.govern(streams); },
    [&state](atom::hold, caf::timespan span) { state.hold(span); },
    [&state](atom::throttled, caf::timespan pause) { state.on_throttled(pause); },
    [&state](atom::outlined, const shared_plan& plan) { state.on_outlined(plan.value); },
    [&state](atom::held, const std::string& node, std::uint32_t first,
             const std::vector<std::uint8_t>& held) { state.on_held(node, first, held); },
    [&state](atom::located, const std::string& node, const survey_page& page) {
      state.on_located(node, page);
    },
    [&state](atom::failed, protocol::failure& why) { state.fail(std::move(why)); },
    [&state](atom::join, const node_info& info, node_actor& node, surveyor_actor& surveyor) {
      state.join(info, std::move(node), std::move(surveyor));
    },
    [&state](atom::lost, const std::string& node, bool may_be_sending) {
      state.lose(node, may_be_sending);
    },
    [&state](atom::leave, const std::string& node) { state.let_leave(node); },
    [&state](atom::again, std::uint32_t ticket) { state.questions.again(ticket); },
    [&state](atom::setback, const setback_note& note) { state.on_own_setback(note); },
    [&state](atom::progress) { state.on_progress(); },
    [&state](atom::tick) { state.tick(); },
  };
}

} // namespace flotilla::actors
