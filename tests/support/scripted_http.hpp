#pragma once

#include "actors/interfaces.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace flotilla::test {

/// A network without wires: stands in for the HTTP actor. By default each request is answered at
/// once by `respond`; with `hold` set it waits until the test lets it go.
struct network {
  using responder = std::function<protocol::http_outcome(const protocol::http_request&)>;

  struct held_request {
    protocol::http_request request;
    actors::body_watcher_actor watcher;
    std::uint32_t ticket = 0;
    std::function<void(protocol::http_outcome)> answer;
  };

  responder respond = [](const auto&) { return answer(404); };
  std::function<bool(const protocol::http_request&)> hold = [](const auto&) { return false; };
  std::vector<protocol::http_request> asked;
  std::deque<held_request> held;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> cancelled; ///< lanes and tags, one by one
  std::map<std::uint32_t, std::uint64_t> limits;                  ///< bytes per second, by lane

  static protocol::http_outcome answer(int status, protocol::header_fields fields = {},
                                       std::string body = {}) {
    return {protocol::http_response{status, std::move(fields), std::move(body), {}}};
  }
  static protocol::http_outcome silence(bool body_complete = false) {
    return {protocol::no_response{
      {protocol::errc::unavailable, "connection reset", {}}, 0, body_complete}};
  }
  /// `PUT http://r/v2/…` of every request, in order.
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    for (const auto& request : asked)
      all.push_back(std::string{to_string(request.verb)} + ' ' + request.url);
    return all;
  }
  std::size_t count(protocol::method verb, const std::string& part = {}) const {
    std::size_t n = 0;
    for (const auto& request : asked)
      n += request.verb == verb && request.url.find(part) != std::string::npos ? 1 : 0;
    return n;
  }
  /// The whole body of a held request has left; its answer is still out.
  static void body_left(const held_request& of) {
    body_at(of, of.request.body_length());
  }
  /// So many bytes of it.
  static void body_at(const held_request& of, std::uint64_t sent) {
    caf::anon_send(of.watcher, atom::sent_v, of.ticket, sent);
  }
  /// Ends what is held in that lane; with a tag, only what bears it.
  void cancel(std::uint32_t lane, std::uint32_t tag = 0,
              const protocol::failure& why = {protocol::errc::interrupted, "cancelled", {}}) {
    for (std::size_t i = held.size(); i-- > 0;)
      if (held[i].request.lane == lane && (tag == 0 || held[i].request.tag == tag))
        end(i, {protocol::no_response{why, 0, false}});
  }
  /// Answers a held request.
  void let_go(std::size_t index) {
    end(index, respond(held.at(index).request));
  }
  /// Ends a held request.
  void end(std::size_t index, protocol::http_outcome how) {
    auto one = std::move(held.at(index));
    held.erase(held.begin() + static_cast<std::ptrdiff_t>(index));
    one.answer(std::move(how));
  }
};

/// Can stand in for a GATEWAY, too.
using scripted_actor = actors::http_actor::extend<
  caf::reacts_to<atom::cancel, actors::body_watcher_actor, std::uint32_t, protocol::failure>>;

/// Answers the request at hand from outside the actor, as the engine's thread does.
inline std::function<void(protocol::http_outcome)> answer_later(scripted_actor::pointer self) {
  auto promise = self->make_response_promise();
  return [me = caf::strong_actor_ptr{self->ctrl()}, to = promise.source(),
          id = promise.id()](protocol::http_outcome outcome) {
    to->enqueue(me, id.response_id(), caf::make_message(std::move(outcome)), nullptr);
  };
}

inline scripted_actor::behavior_type scripted_http(scripted_actor::pointer self,
                                                   std::shared_ptr<network> net) {
  using protocol::http_outcome;
  using protocol::http_request;
  auto serve = [self, net](const http_request& request, actors::body_watcher_actor watcher,
                           std::uint32_t ticket) -> caf::result<http_outcome> {
    net->asked.push_back(request);
    if (net->hold(request)) {
      net->held.push_back({request, std::move(watcher), ticket, answer_later(self)});
      return caf::delegated<http_outcome>{};
    }
    if (watcher)
      caf::anon_send(watcher, atom::sent_v, ticket, request.body_length());
    return net->respond(request);
  };
  return {
    [serve](atom::exchange, const http_request& request) { return serve(request, {}, 0); },
    [serve](atom::exchange, const http_request& request, const actors::body_watcher_actor& watcher,
            std::uint32_t ticket) { return serve(request, watcher, ticket); },
    [net](atom::limit, std::uint32_t lane, std::uint64_t rate) { net->limits[lane] = rate; },
    [net](atom::cancel, std::uint32_t lane) { net->cancel(lane); },
    [net](atom::cancel, std::uint32_t lane, std::uint32_t tag, const protocol::failure& why) {
      net->cancelled.emplace_back(lane, tag);
      net->cancel(lane, tag, why);
    },
    [](atom::totals) { return actors::io_totals{}; },
    [net](atom::cancel, const actors::body_watcher_actor& watcher, std::uint32_t ticket,
          const protocol::failure& why) {
      for (std::size_t i = net->held.size(); i-- > 0;)
        if (net->held[i].watcher == watcher && net->held[i].ticket == ticket)
          net->end(i, {protocol::no_response{why, 0, false}});
    },
  };
}

} // namespace flotilla::test
