#include "actors/gateway.hpp"

#include "actors/errors.hpp"
#include "actors/overloaded.hpp"
#include "actors/token.hpp"
#include "actors/world.hpp"
#include "protocol/registry_error.hpp"
#include "protocol/throttle.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace flotilla::actors {

using protocol::authorized_exchange;
using protocol::http_outcome;

namespace {

/// Method, place and answer: never a header, and no value of a query.
void log_exchange(const std::string& what, const http_outcome& outcome) {
  if (const auto* response = outcome.response())
    spdlog::debug("{}: {}", what, describe(*response));
  else
    spdlog::debug("{}: {}", what, outcome.failed()->why.message);
}

http_outcome not_sent(protocol::failure why) {
  return {protocol::no_response{std::move(why), 0, false}};
}

std::string name_of(const protocol::http_request& request) {
  if (!spdlog::should_log(spdlog::level::debug))
    return {};
  auto at = protocol::parse_url(request.url);
  return std::string{to_string(request.verb)} + ' ' + (at ? at->redacted() : std::string{"?"});
}

} // namespace

void gateway_state::wire(http_actor http, token_actor tokens, engagement job, throttle_news tell) {
  tell_ = std::move(tell);
  // Two gateways share a lane for a while, when a coordinator comes back.
  last_tag_ = world_of(self_->system()).dice() / 2;
  http_ = std::move(http);
  tokens_ = std::move(tokens);
  job_ = std::move(job);
  self_->monitor(tokens_);
  self_->set_down_handler([this](const caf::down_msg&) { on_tokens_gone(); });
}

caf::result<http_outcome> gateway_state::pass(protocol::http_request request) {
  return pass(std::move(request), body_watcher_actor{}, 0);
}

caf::result<http_outcome> gateway_state::pass(protocol::http_request request,
                                              body_watcher_actor watcher, std::uint32_t ticket) {
  const auto body = request.body_length();
  auto p = std::make_shared<passage>(
    passage{authorized_exchange{std::move(request), job_.at.registry()},
            self_->make_response_promise<http_outcome>(), std::move(watcher), ticket, body});
  if (p->watcher) {
    p->tag = ++last_tag_;
    watched_.emplace(p->tag, p);
  }
  return enter(std::move(p));
}

caf::result<http_outcome> gateway_state::enter(shared_passage p) {
  auto promise = p->promise;
  if (self_->clock().now() < held_until_) {
    held_.push_back(std::move(p));
  } else if (p->machine.wants_authorization() && (is_stale() || would_outlive_its_token(p->body))) {
    waiting_.push_back(std::move(p));
    renew();
  } else {
    begin(p);
  }
  return promise;
}

void gateway_state::begin(const shared_passage& p) {
  follow(p, p->machine.begin(field_));
}

void gateway_state::follow(const shared_passage& p, authorized_exchange::step next) {
  if (p->cancelled && !std::holds_alternative<http_outcome>(next))
    return end(p, not_sent(*p->cancelled));
  std::visit(overloaded{
               [&](authorized_exchange::send& x) { send(p, std::move(x.request)); },
               [&](authorized_exchange::authorize& x) {
                 authorize(p, std::move(x.challenge), std::move(x.rejected));
               },
               [&](http_outcome& x) { end(p, std::move(x)); },
             },
             next);
}

void gateway_state::end(const shared_passage& p, http_outcome how) {
  watched_.erase(p->tag);
  if (p->promise.pending()) // else it was cancelled while a token was awaited
    p->promise.deliver(std::move(how));
}

void gateway_state::cancel(const body_watcher_actor& watcher, std::uint32_t ticket,
                           const protocol::failure& why) {
  auto is_meant
    = [&](const auto& x) { return x.second->ticket == ticket && x.second->watcher == watcher; };
  const auto found = std::find_if(watched_.begin(), watched_.end(), is_meant);
  if (found == watched_.end() || found->second->cancelled)
    return;
  const auto p = found->second;
  p->cancelled = why;
  if (p->on_the_wire)
    self_->send(http_, atom::cancel_v, job_.lane, p->tag, why);
  else
    end(p, not_sent(why));
}

// The engine answers every request exactly once and has time limits of its own, on progress: a
// deadline here would cut a large body that is doing well.
void gateway_state::send(const shared_passage& p, protocol::http_request request) {
  request.lane = job_.lane;
  request.tag = p->tag;
  p->sent = self_->clock().now();
  p->on_the_wire = true;
  auto heard = [this, p, what = name_of(request)](http_outcome& outcome) {
    p->on_the_wire = false;
    if (outcome.response() != nullptr && !p->machine.is_led_elsewhere())
      heed(*outcome.response());
    if (auto* response = std::get_if<protocol::http_response>(&outcome.value);
        response != nullptr && response->status >= 300)
      annotate(*response, p->machine.is_led_elsewhere());
    if (outcome.response() != nullptr && outcome.response()->status < 300)
      pace_.note(p->body, self_->clock().now() - p->sent);
    if (!what.empty())
      log_exchange(what, outcome);
    follow(p, p->machine.on_outcome(std::move(outcome)));
  };
  auto lost = [this, p](const caf::error& error) { end(p, not_sent(to_failure(error))); };
  if (p->watcher)
    self_
      ->request(http_, caf::infinite, atom::exchange_v, std::move(request), p->watcher, p->ticket)
      .then(heard, lost);
  else
    self_->request(http_, caf::infinite, atom::exchange_v, std::move(request)).then(heard, lost);
}

void gateway_state::heed(const protocol::http_response& response) {
  const auto today = world_of(self_->system()).wall_clock();
  const auto asked = protocol::read_throttle(response, std::chrono::system_clock::to_time_t(today));
  if (asked.pause.count() > 0)
    hold(asked.pause);
  if (tell_ && (asked.refused || asked.pause.count() > 0))
    tell_(asked.pause);
}

/// With up to a tenth more: not all nodes come back in the same moment.
void gateway_state::hold(caf::timespan span) {
  const auto now = self_->clock().now();
  if (now + span <= held_until_)
    return;
  span += span * (world_of(self_->system()).dice() % 100) / 1000;
  held_until_ = now + span;
  self_->delayed_send(self_, span, atom::again_v);
}

void gateway_state::let_go() {
  if (self_->clock().now() < held_until_)
    return; // it was prolonged
  for (auto& p : std::exchange(held_, {}))
    enter(std::move(p));
}

void gateway_state::annotate(protocol::http_response& refusal, bool from_elsewhere) const {
  if (from_elsewhere)
    refusal.body.clear();
  protocol::conceal_authorization(refusal.body, field_);
  if (refusal.status == 401 || refusal.status == 403)
    refusal.remark = shortfall_;
}

void gateway_state::authorize(const shared_passage& p, std::string challenge,
                              std::string rejected) {
  if (!challenge.empty())
    challenge_ = challenge;
  ask(
    {job_.at.registry(), job_.scopes, std::move(challenge), std::move(rejected)},
    [this, p](authorization& fresh) {
      take(fresh);
      follow(p, p->machine.on_authorization(std::move(fresh.field)));
    },
    [this, p](const caf::error& error) {
      follow(p, p->machine.on_no_authorization(to_no_response(error)));
    });
}

void gateway_state::ask(authorization_request what, std::function<void(authorization&)> then,
                        std::function<void(const caf::error&)> otherwise) {
  if (tokens_gone_)
    return otherwise(caf::exit_reason::remote_link_unreachable);
  const auto number = ++last_question_;
  unanswered_.emplace(number, std::move(otherwise));
  self_->request(tokens_, std::chrono::minutes{2}, atom::authorize_v, std::move(what))
    .then(
      [this, number, then = std::move(then)](authorization& fresh) {
        if (unanswered_.erase(number) != 0)
          then(fresh);
      },
      [this, number](const caf::error& error) {
        if (auto question = unanswered_.extract(number))
          question.mapped()(error);
      });
}

/// CAF answers no question that was under way to a process that is gone.
void gateway_state::on_tokens_gone() {
  tokens_gone_ = true;
  for (auto& [number, otherwise] : std::exchange(unanswered_, {}))
    otherwise(caf::exit_reason::remote_link_unreachable);
}

void gateway_state::take(const authorization& fresh) {
  if (fresh.field.empty()) // nobody knows of any
    return keep();
  field_ = fresh.field;
  shortfall_ = fresh.shortfall;
  stale_at_ = fresh.lifetime.count() == 0 ? caf::actor_clock::time_point::max()
                                          : self_->clock().now() + fresh.lifetime;
  taken_at_ = self_->clock().now();
}

void gateway_state::keep() {
  stale_at_ = caf::actor_clock::time_point::max();
}

/// True before the first request, too: another gateway may have logged in already, and a request
/// that goes without has spent its one refusal if the token is replaced just then.
bool gateway_state::is_stale() const {
  return renewing_ || self_->clock().now() >= stale_at_;
}

/// One that is new lasts as long as any: another would change nothing.
bool gateway_state::would_outlive_its_token(std::uint64_t body) const {
  if (body == 0 || field_.empty() || stale_at_ == moment::max())
    return false;
  const auto now = self_->clock().now();
  const bool aged = now - taken_at_ >= (stale_at_ - taken_at_) / 8;
  return aged && pace_.expect(body) > stale_at_ - now;
}

void gateway_state::renew() {
  if (renewing_)
    return;
  renewing_ = true;
  // Whether it worked or not, those who wait go on: a refusal will tell what is wrong.
  auto go_on = [this] {
    renewing_ = false;
    for (auto& p : std::exchange(waiting_, {}))
      begin(p);
  };
  ask(
    {job_.at.registry(), job_.scopes, challenge_, field_},
    [this, go_on](authorization& fresh) {
      take(fresh);
      go_on();
    },
    [this, go_on](const caf::error&) {
      keep();
      go_on();
    });
}

gateway_state::interface::behavior_type gateway(gateway_state::pointer self, http_actor http,
                                                token_actor tokens, engagement job,
                                                throttle_news tell) {
  self->state.wire(std::move(http), std::move(tokens), std::move(job), std::move(tell));
  return {
    [self](atom::authorize, const authorization& fresh) { self->state.take(fresh); },
    [self](atom::exchange, protocol::http_request& request) {
      return self->state.pass(std::move(request));
    },
    [self](atom::exchange, protocol::http_request& request, body_watcher_actor& watcher,
           std::uint32_t ticket) {
      return self->state.pass(std::move(request), std::move(watcher), ticket);
    },
    [self](atom::hold, caf::timespan span) { self->state.hold(span); },
    [self](atom::again) { self->state.let_go(); },
    [self](atom::cancel, const body_watcher_actor& watcher, std::uint32_t ticket,
           const protocol::failure& why) { self->state.cancel(watcher, ticket, why); },
  };
}

} // namespace flotilla::actors
