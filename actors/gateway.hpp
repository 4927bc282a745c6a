#pragma once

#include "actors/body_pace.hpp"
#include "actors/interfaces.hpp"
#include "protocol/authorized_exchange.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace flotilla::actors {

/// Hears that the registry refused something as too much, and what pause it asked for, if any.
/// Called on the GATEWAY; must not block.
using throttle_news = std::function<void(caf::timespan pause)>;

/// What a GATEWAY knows between two messages.
class gateway_state {
public:
  using interface = gateway_actor::extend_with<token_listener_actor>::extend<
    caf::reacts_to<atom::again>>;
  using pointer = interface::stateful_pointer<gateway_state>;
  using answer = caf::typed_response_promise<protocol::http_outcome>;
  using moment = caf::actor_clock::time_point;
  static inline const char* name = "gateway";

  explicit gateway_state(pointer self) : self_(self) {
  }

  void wire(http_actor http, token_actor tokens, engagement job, throttle_news tell);

  void take(const authorization& fresh);
  caf::result<protocol::http_outcome> pass(protocol::http_request request);
  caf::result<protocol::http_outcome> pass(protocol::http_request request,
                                           body_watcher_actor watcher, std::uint32_t ticket);
  void hold(caf::timespan span);
  void let_go();
  void cancel(const body_watcher_actor& watcher, std::uint32_t ticket,
              const protocol::failure& why);

private:
  /// One request on its way.
  struct passage {
    protocol::authorized_exchange machine;
    answer promise;
    body_watcher_actor watcher; ///< of its body; null: nobody watches
    std::uint32_t ticket = 0;
    std::uint64_t body = 0; ///< bytes
    std::uint32_t tag = 0;  ///< in our lane, which is ours alone; 0: it cannot be cancelled
    moment sent{};
    bool on_the_wire = false;
    std::optional<protocol::failure> cancelled{}; ///< why
  };
  using shared_passage = std::shared_ptr<passage>;

  caf::result<protocol::http_outcome> enter(shared_passage p);
  void begin(const shared_passage& p);
  void follow(const shared_passage& p, protocol::authorized_exchange::step next);
  void send(const shared_passage& p, protocol::http_request request);
  void end(const shared_passage& p, protocol::http_outcome how);
  void heed(const protocol::http_response& response);
  void annotate(protocol::http_response& refusal, bool from_elsewhere) const;
  void authorize(const shared_passage& p, std::string challenge, std::string rejected);
  void renew();
  void ask(authorization_request what, std::function<void(authorization&)> then,
           std::function<void(const caf::error&)> otherwise);
  void on_tokens_gone();
  void keep(); ///< what there is, until it is refused
  bool is_stale() const;
  bool would_outlive_its_token(std::uint64_t body) const;

  pointer self_;
  http_actor http_;
  token_actor tokens_;
  engagement job_;
  std::string field_;     ///< for `Authorization`; empty: none yet
  std::string shortfall_; ///< of `field_`
  std::string challenge_; ///< the last one: a TOKEN actor that was started anew knows none
  /// At first long ago: what is known already is asked for before the first request.
  moment stale_at_ = moment::min();
  moment taken_at_ = moment::min(); ///< when `field_` came
  body_pace pace_;
  bool tokens_gone_ = false; ///< nothing that is sent to them is answered any more
  std::uint32_t last_question_ = 0;
  /// What to do about the questions that are out, if there is no answer.
  std::map<std::uint32_t, std::function<void(const caf::error&)>> unanswered_;
  bool renewing_ = false;
  std::vector<shared_passage> waiting_; ///< for the renewal
  throttle_news tell_;
  moment held_until_ = moment::min();
  std::vector<shared_passage> held_;                          ///< for the end of the pause
  std::unordered_map<std::uint32_t, shared_passage> watched_; ///< by tag
  std::uint32_t last_tag_ = 0;
};

/// Passes requests to `http`, with tokens from `tokens`. An authorization that has lived four
/// fifths of its life, whoever fetched it, is renewed before the next request, not after its
/// refusal, and so is one that has aged and would not last for the body that is to go: some proxies
/// show a request to the registry only when they have all of it. Where that fails, it is used until
/// it is refused. A TOKEN actor that is gone, with its process, is not waited for: then requests
/// that need a token fail as errc::unavailable.
///
/// A pause that the registry asks for holds for all that comes after, whoever asked: one request
/// that is refused speaks for all.
/// @param tell may be null
gateway_state::interface::behavior_type gateway(gateway_state::pointer self, http_actor http,
                                                token_actor tokens, engagement job,
                                                throttle_news tell);

} // namespace flotilla::actors
