#include "app/auth_probe.hpp"

#include "actors/errors.hpp"
#include "actors/gateway.hpp"
#include "actors/http.hpp"
#include "actors/system_config.hpp"
#include "actors/token.hpp"
#include "app/signals.hpp"
#include "protocol/challenge.hpp"
#include "protocol/retry.hpp"
#include "protocol/text.hpp"
#include "protocol/upload_session.hpp"
#include "protocol/verdict.hpp"

#include <caf/all.hpp>

#include <future>
#include <memory>
#include <utility>

namespace flotilla::app {

using protocol::errc;
using protocol::failure;
using protocol::http_outcome;
using protocol::status_class;

namespace {

constexpr std::chrono::milliseconds glance{50};

/// A push's own way to the registry, for one question at a time.
class line {
public:
  line(transport::engine_options engine, const actors::push_order& order,
       const protocol::credentials& who);
  line(const line&) = delete;
  line& operator=(const line&) = delete;
  ~line();

  http_outcome ask(protocol::http_request request);
  /// What has been put into `Authorization` so far; empty: nothing was asked for.
  std::string authorization();

private:
  /// Waits for what `to` answers; ends all that is under way once a signal comes.
  template <class Answer, class Actor, class... Words>
  protocol::result<Answer> wait_for(const Actor& to, Words... words);

  std::shared_ptr<transport::curl_engine> engine_;
  actors::system_config config_;
  caf::actor_system system_{config_};
  actors::http_actor http_;
  actors::token_actor tokens_;
  actors::engagement job_;
  actors::gateway_actor gateway_;
};

line::line(transport::engine_options engine, const actors::push_order& order,
           const protocol::credentials& who)
  : engine_(std::make_shared<transport::curl_engine>(std::move(engine))),
    http_(system_.spawn(actors::http, engine_, nullptr)),
    tokens_(system_.spawn(actors::token, http_, [who](const std::string&, const std::string&) {
      return protocol::result<protocol::credentials>{who};
    })) {
  job_.at = order.at;
  job_.scopes = {protocol::repository_scope(order.at.repository(), "pull,push")};
  gateway_ = system_.spawn(actors::gateway, http_, tokens_, job_, actors::throttle_news{});
}

line::~line() {
  constexpr auto reason = caf::exit_reason::user_shutdown;
  caf::anon_send_exit(gateway_, reason);
  caf::anon_send_exit(tokens_, reason);
  engine_->stop(); // answers whoever still waits
  caf::anon_send_exit(http_, reason);
}

template <class Answer, class Actor, class... Words>
protocol::result<Answer> line::wait_for(const Actor& to, Words... words) {
  auto promise = std::make_shared<std::promise<protocol::result<Answer>>>();
  auto future = promise->get_future();
  system_.spawn([=](caf::event_based_actor* self) {
    self->request(to, caf::infinite, words...)
      .then([promise](Answer& answer) { promise->set_value(std::move(answer)); },
            [promise](const caf::error& error) {
              promise->set_value(actors::to_no_response(error).why);
            });
  });
  while (future.wait_for(glance) != std::future_status::ready)
    if (is_interrupted())
      engine_->stop();
  return future.get();
}

http_outcome line::ask(protocol::http_request request) {
  auto answer = wait_for<http_outcome>(gateway_, flotilla::atom::exchange_v, std::move(request));
  if (answer)
    return *std::move(answer);
  return {protocol::no_response{answer.error(), 0, false}};
}

std::string line::authorization() {
  auto known = wait_for<actors::authorization>(
    tokens_, flotilla::atom::authorize_v,
    actors::authorization_request{job_.at.registry(), job_.scopes, {}, {}});
  return known ? known->field : std::string{};
}

failure to_failure(std::variant<protocol::try_again, failure> setback) {
  if (auto* again = std::get_if<protocol::try_again>(&setback))
    return {errc::unavailable, again->detail, "try again later"};
  return std::get<failure>(std::move(setback));
}

bool is_refusal(const http_outcome& outcome) {
  const auto* response = outcome.response();
  const auto kind
    = response == nullptr ? status_class::refused : protocol::classify(response->status);
  return kind == status_class::unauthorized || kind == status_class::forbidden;
}

/// Without an answer nothing more is to be asked: a login that was refused is not tried again.
bool is_the_end(const http_outcome& outcome) {
  return outcome.failed() != nullptr;
}

failure reach(const http_outcome& outcome, const protocol::endpoint& at) {
  auto judged = protocol::judge_probe(outcome, at);
  if (auto* again = std::get_if<protocol::try_again>(&judged))
    return to_failure(std::move(*again));
  if (auto* why = std::get_if<failure>(&judged))
    return std::move(*why);
  return {};
}

void note_authorization(auth_findings& found, const std::string& field,
                        const std::string& repository) {
  const auto space = std::min(field.find(' '), field.size());
  found.scheme = protocol::lower(field.substr(0, space));
  if (found.scheme == "bearer")
    found.granted = protocol::granted_actions(
      std::string_view{field}.substr(std::min(space + 1, field.size())), repository);
}

/// A manifest that is not there is no matter: we were let in to look for it.
bool try_pull(line& registry, const actors::push_order& order, auth_findings& found) {
  const auto& target = order.target;
  const auto reference = target.id ? target.id->to_string() : target.tag;
  const auto outcome = registry.ask(order.at.head_manifest(reference));
  if (is_the_end(outcome)) {
    found.why = to_failure(protocol::setback(outcome, "asking for " + target.to_string()));
    return false;
  }
  const auto kind = protocol::classify(outcome.response()->status);
  if (kind == status_class::success || kind == status_class::absent)
    found.pull = permission::granted;
  else if (is_refusal(outcome))
    found.pull = permission::refused;
  return true;
}

bool cancel(line& registry, const protocol::http_response& opened) {
  const auto request = protocol::parse_url(opened.url);
  if (!request)
    return false;
  const auto session = protocol::read_session(opened, *request);
  if (!session)
    return false;
  const auto outcome
    = registry.ask({protocol::method::remove, session->location.to_string(), {}, {}, {}});
  return outcome.response() != nullptr
         && protocol::classify(outcome.response()->status) == status_class::success;
}

void try_push(line& registry, const actors::push_order& order, auth_findings& found) {
  const auto outcome = registry.ask(order.at.open_session());
  const auto* response = outcome.response();
  if (response != nullptr && protocol::classify(response->status) == status_class::success) {
    found.push = permission::granted;
    found.cancelled = cancel(registry, *response);
    return;
  }
  if (is_refusal(outcome))
    found.push = permission::refused;
  found.why = to_failure(protocol::setback(outcome, "opening an upload in " + order.target.host
                                                      + '/' + order.at.repository()));
}

} // namespace

auth_findings probe_authorization(transport::engine_options engine, const actors::push_order& order,
                                  const protocol::credentials& who) {
  auth_findings found;
  line registry{std::move(engine), order, who};
  found.why = reach(registry.ask(order.at.probe()), order.at);
  if (found.why.code == errc::none && try_pull(registry, order, found))
    try_push(registry, order, found);
  note_authorization(found, registry.authorization(), order.at.repository());
  return found;
}

} // namespace flotilla::app
