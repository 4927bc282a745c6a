#include "app/worker_monitor.hpp"

#include "app/build_labels.hpp"
#include "app/report.hpp"
#include "app/request_meter.hpp"
#include "app/version.hpp"
#include "metrics/node_metrics.hpp"

#include <caf/all.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <utility>

namespace flotilla::app {

namespace atom = flotilla::atom;

namespace {

constexpr std::chrono::seconds beat{1};
constexpr std::chrono::seconds patience{5};

} // namespace

/// Where answers come in, and what is served. Used by the asker alone once that runs.
struct worker_monitor::desk {
  explicit desk(std::string of)
    : series(std::make_shared<metrics::exposition>(build_labels_of_this())),
      node(series->registry()), requests(make_request_meter(series)), name(std::move(of)) {
  }

  std::shared_ptr<metrics::exposition> series;
  metrics::node_metrics node;
  std::shared_ptr<actors::exchange_watch> requests;
  std::string name;
  std::unique_ptr<admin_server> server;
  metrics::node_numbers now;

  void tell();
};

void worker_monitor::desk::tell() {
  node.update(now);
  server->set_status(
    render({{"version", program_version}, {"name", name}, {"joined", now.joined}}));
  server->set_readiness(now.joined ? "" : "the coordinator does not know this worker");
}

worker_monitor::worker_monitor(std::shared_ptr<desk> ready) : desk_(std::move(ready)) {
}

protocol::result<std::unique_ptr<worker_monitor>> worker_monitor::start(const std::string& at,
                                                                        const limits& of) {
  auto ready = std::make_shared<desk>(of.name);
  ready->now.uploads = of.uploads;
  ready->now.checks = of.checks;
  auto server = admin_server::start(at, ready->series);
  if (!server)
    return server.error();
  ready->server = std::move(*server);
  ready->tell();
  return std::unique_ptr<worker_monitor>{new worker_monitor{std::move(ready)}};
}

std::uint16_t worker_monitor::port() const noexcept {
  return desk_->server->port();
}

std::shared_ptr<actors::exchange_watch> worker_monitor::requests() const noexcept {
  return desk_->requests;
}

std::string worker_monitor::address() const {
  return desk_->server->address();
}

caf::actor worker_monitor::watch(caf::actor_system& system, actors::membership_actor membership,
                                 actors::http_actor http) {
  return system.spawn(
    [desk = desk_, membership, http](caf::event_based_actor* self) -> caf::behavior {
      self->send(self, atom::tick_v);
      return {[self, desk, membership, http](atom::tick) {
        self->delayed_send(self, beat, atom::tick_v);
        self->request(membership, patience, atom::status_v)
          .then(
            [desk](bool joined) {
              desk->now.joined = joined;
              desk->tell();
            },
            [desk](const caf::error&) {
              desk->now.joined = false;
              desk->tell();
            });
        self->request(http, patience, atom::totals_v)
          .then(
            [desk](const actors::io_totals& totals) {
              desk->now.sent_bytes = totals.body_bytes;
              desk->now.connections = totals.connections;
              desk->now.disk_seconds = totals.disk_seconds;
            },
            [](const caf::error&) {});
      }};
    });
}

} // namespace flotilla::app
