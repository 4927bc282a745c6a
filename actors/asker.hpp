#pragma once

#include "actors/errors.hpp"
#include "actors/interfaces.hpp"
#include "actors/overloaded.hpp"
#include "actors/patience.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

namespace flotilla::actors {

/// Asks the gateway, and asks again for as long as the verdict on the answer says so. A part of an
/// actor's state, for conversations of one request; the actor hands it every `again` it gets.
///
/// It never gives up by itself: the push ends when it made no progress for its retry budget.
template <class Pointer>
class asker {
public:
  using on_setback = std::function<void(setback_note)>;

  /// @param self its behavior contains `reacts_to<atom::again, std::uint32_t>`
  void wire(Pointer self, gateway_actor gateway, on_setback tell) {
    self_ = self;
    gateway_ = std::move(gateway);
    tell_ = std::move(tell);
    patience_.emplace(world_of(self->system()));
  }

  /// @param judge what an outcome means: `protocol::verdict<T>(const http_outcome&)`
  /// @param done gets a `protocol::result<T>`, once
  /// @param blob that it is about, short; empty: something else
  template <class T, class Judge, class Done>
  void ask(protocol::http_request request, Judge judge, Done done, std::string blob = {}) {
    auto ticket = next_ticket_++;
    auto hear = [this, ticket, judge = std::move(judge),
                 done = std::move(done)](const protocol::http_outcome& outcome) mutable {
      protocol::verdict<T> meant = judge(outcome);
      if (auto* again = std::get_if<protocol::try_again>(&meant))
        return try_later(ticket, std::move(*again));
      auto last_words = std::move(done); // erasing the question destroys this callable
      questions_.erase(ticket);
      if (auto* value = std::get_if<T>(&meant))
        last_words(protocol::result<T>{std::move(*value)});
      else
        last_words(protocol::result<T>{std::get<protocol::failure>(std::move(meant))});
    };
    questions_.emplace(ticket, question{std::move(request), std::move(hear), 1, std::move(blob)});
    send(ticket);
  }

  void again(std::uint32_t ticket) {
    if (questions_.count(ticket) != 0)
      send(ticket);
  }

private:
  struct question {
    protocol::http_request request;
    std::function<void(const protocol::http_outcome&)> hear;
    unsigned attempt;
    std::string blob;
  };

  void send(std::uint32_t ticket) {
    self_->request(gateway_, caf::infinite, atom::exchange_v, questions_.at(ticket).request)
      .then([this, ticket](const protocol::http_outcome& o) { hear(ticket, o); },
            [this, ticket](const caf::error& error) {
              hear(ticket, {protocol::no_response{to_failure(error), 0, false}});
            });
  }

  void hear(std::uint32_t ticket, const protocol::http_outcome& outcome) {
    questions_.at(ticket).hear(outcome);
  }

  void try_later(std::uint32_t ticket, protocol::try_again why) {
    auto& again = questions_.at(ticket);
    auto note = patience_->note(again.attempt++, std::move(why));
    note.blob = again.blob;
    caf::delayed_anon_send(caf::actor_cast<caf::actor>(self_), note.wait, atom::again_v, ticket);
    tell_(std::move(note));
  }

  Pointer self_ = nullptr;
  gateway_actor gateway_;
  on_setback tell_;
  std::optional<patience> patience_; ///< since `wire`
  std::uint32_t next_ticket_ = 1;
  std::unordered_map<std::uint32_t, question> questions_;
};

} // namespace flotilla::actors
