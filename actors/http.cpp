#include "actors/http.hpp"

namespace flotilla::actors {

namespace {

using clock = std::chrono::steady_clock;
using transport::curl_engine;

/// One request whose time is taken. The engine calls for it on one thread.
struct timed {
  std::shared_ptr<exchange_watch> watch;
  exchange_end end;
  clock::time_point begun = clock::now();
  clock::time_point last_byte{};

  void note_sent(std::uint64_t sent) {
    if (sent == end.body)
      last_byte = clock::now();
  }
  void note_end(const protocol::http_outcome& outcome) {
    const auto now = clock::now();
    end.took = now - begun;
    if (last_byte != clock::time_point{})
      end.commit = now - last_byte;
    if (const auto* response = outcome.response())
      end.status = response->status;
    watch->ended(end);
  }
};

/// @returns null where nobody watches
std::shared_ptr<timed> begin(const std::shared_ptr<exchange_watch>& watch,
                             const protocol::http_request& request) {
  if (!watch)
    return nullptr;
  auto made = std::make_shared<timed>();
  made->watch = watch;
  made->end.verb = request.verb;
  made->end.step = protocol::step_of(request);
  made->end.body = request.file.path.empty() ? 0 : request.file.length;
  watch->began(made->end.verb, made->end.step);
  return made;
}

/// Answers the request at hand from the engine's thread. A response promise must not be used there
/// (it touches the actor's execution unit); enqueueing into a mailbox is what any thread may do.
curl_engine::on_done answer_later(http_actor::pointer self, std::shared_ptr<timed> time) {
  auto promise = self->make_response_promise(); // the request counts as taken
  return [me = caf::strong_actor_ptr{self->ctrl()}, to = promise.source(), id = promise.id(),
          time = std::move(time)](protocol::http_outcome outcome) {
    if (time)
      time->note_end(outcome);
    if (to != nullptr)
      to->enqueue(me, id.response_id(), caf::make_message(std::move(outcome)), nullptr);
  };
}

curl_engine::on_sent tell_sent(const body_watcher_actor& whom, std::uint32_t ticket,
                               std::shared_ptr<timed> time) {
  return [whom, ticket, time = std::move(time)](std::uint64_t sent) {
    if (time)
      time->note_sent(sent);
    caf::anon_send(whom, atom::sent_v, ticket, sent);
  };
}

} // namespace

http_actor::behavior_type http(http_actor::pointer self,
                               std::shared_ptr<transport::curl_engine> engine,
                               std::shared_ptr<exchange_watch> watch) {
  using caf::delegated;
  using protocol::http_outcome;
  using protocol::http_request;
  return {
    [self, engine, watch](atom::exchange, http_request& request) -> caf::result<http_outcome> {
      auto time = begin(watch, request);
      engine->submit(std::move(request), answer_later(self, std::move(time)));
      return delegated<http_outcome>{};
    },
    [self, engine, watch](atom::exchange, http_request& request, const body_watcher_actor& watcher,
                          std::uint32_t ticket) -> caf::result<http_outcome> {
      auto time = begin(watch, request);
      engine->submit(std::move(request), answer_later(self, time),
                     tell_sent(watcher, ticket, time));
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
