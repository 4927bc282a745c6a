#include "actors/http.hpp"

namespace flotilla::actors {

namespace {

/// Answers the request at hand from the engine's thread. A response promise must not be used there
/// (it touches the actor's execution unit); enqueueing into a mailbox is what any thread may do.
transport::curl_engine::on_done answer_later(http_actor::pointer self) {
  auto promise = self->make_response_promise(); // the request counts as taken
  return [me = caf::strong_actor_ptr{self->ctrl()}, to = promise.source(),
          id = promise.id()](protocol::http_outcome outcome) {
    if (to != nullptr)
      to->enqueue(me, id.response_id(), caf::make_message(std::move(outcome)), nullptr);
  };
}

} // namespace

http_actor::behavior_type http(http_actor::pointer self,
                               std::shared_ptr<transport::curl_engine> engine) {
  using caf::delegated;
  using protocol::http_outcome;
  using protocol::http_request;
  return {
    [self, engine](atom::exchange, http_request& request) -> caf::result<http_outcome> {
      engine->submit(std::move(request), answer_later(self));
      return delegated<http_outcome>{};
    },
    [self, engine](atom::exchange, http_request& request, const body_watcher_actor& watcher,
                   std::uint32_t ticket) -> caf::result<http_outcome> {
      engine->submit(std::move(request), answer_later(self), [watcher, ticket](std::uint64_t sent) {
        caf::anon_send(watcher, atom::sent_v, ticket, sent);
      });
      return delegated<http_outcome>{};
    },
    [engine](atom::limit, std::uint32_t lane, std::uint64_t bytes_per_second) {
      engine->limit_bandwidth(lane, bytes_per_second);
    },
    [engine](atom::cancel, std::uint32_t lane) { engine->cancel(lane); },
    [engine](atom::cancel, std::uint32_t lane, std::uint32_t tag, protocol::failure& why) {
      engine->cancel(lane, tag, std::move(why));
    },
    [engine](atom::totals) {
      auto counted = engine->counters();
      return io_totals{counted.body_bytes, counted.connections, counted.disk_seconds};
    },
  };
}

} // namespace flotilla::actors
