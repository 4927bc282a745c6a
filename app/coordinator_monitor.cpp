#include "app/coordinator_monitor.hpp"

#include "actors/errors.hpp"
#include "app/build_labels.hpp"
#include "app/fleet_text.hpp"
#include "app/push_numbers.hpp"
#include "app/report.hpp"
#include "app/staged_file.hpp"
#include "app/version.hpp"
#include "metrics/fleet_metrics.hpp"

#include <caf/all.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>

namespace flotilla::app {

namespace atom = flotilla::atom;
using nlohmann::json;

namespace {

constexpr std::chrono::seconds beat{1};
constexpr std::chrono::seconds patience{5}; ///< for the coordinator's answer

template <class T>
json list_of(const std::vector<T>& all) {
  auto list = json::array();
  for (const auto& each : all)
    list.push_back(json_of(each));
  return list;
}

} // namespace

/// Where answers come in, and what is served. Used by the asker alone once that runs.
struct coordinator_monitor::desk {
  std::shared_ptr<metrics::exposition> series
    = std::make_shared<metrics::exposition>(build_labels_of_this());
  std::shared_ptr<metrics::fleet_metrics> fleet = std::make_shared<metrics::fleet_metrics>();
  std::unique_ptr<admin_server> server;
  std::string targets;
  std::string written; ///< the list, as it was written last
  bool in_trouble = false;
  std::vector<actors::push_overview> pushes;

  void take(const std::vector<actors::node_overview>& nodes);
  void write_targets(const std::vector<actors::node_overview>& nodes);
};

void coordinator_monitor::desk::take(const std::vector<actors::node_overview>& nodes) {
  metrics::fleet_numbers now;
  now.nodes = nodes.size();
  for (const auto& node : nodes)
    now.upload_slots += node.info.uploads;
  for (const auto& push : pushes)
    now.jobs.push_back(numbers_of(push));
  fleet->update(std::move(now));
  server->set_status(
    render({{"version", program_version}, {"pushes", list_of(pushes)}, {"nodes", list_of(nodes)}}));
  server->set_readiness({});
  if (!targets.empty())
    write_targets(nodes);
}

/// What cannot be written is said once, and tried again at the next change or beat.
void coordinator_monitor::desk::write_targets(const std::vector<actors::node_overview>& nodes) {
  auto now = prometheus_targets(server->address(), nodes);
  if (now == written)
    return;
  constexpr mode_t for_all = 0644; // Prometheus is another user
  auto file = staged_file::write(targets, for_all, now);
  const auto why = file ? file->publish(true) : file.error();
  const auto failed = why.code != protocol::errc::none;
  if (failed && !std::exchange(in_trouble, true))
    spdlog::error("the list of metrics' addresses cannot be written: {}", why.message);
  if (!failed) {
    in_trouble = false;
    written = std::move(now);
  }
}

coordinator_monitor::coordinator_monitor(std::shared_ptr<desk> ready) : desk_(std::move(ready)) {
}

protocol::result<std::unique_ptr<coordinator_monitor>>
coordinator_monitor::start(const std::string& at, std::string targets) {
  auto ready = std::make_shared<desk>();
  ready->series->add(ready->fleet);
  auto server = admin_server::start(at, ready->series);
  if (!server)
    return server.error();
  ready->server = std::move(*server);
  ready->server->set_readiness("the coordinator has not answered yet");
  ready->targets = std::move(targets);
  return std::unique_ptr<coordinator_monitor>{new coordinator_monitor{std::move(ready)}};
}

std::uint16_t coordinator_monitor::port() const noexcept {
  return desk_->server->port();
}

caf::actor coordinator_monitor::watch(caf::actor_system& system, actors::coordinator_actor head) {
  return system.spawn([desk = desk_, head](caf::event_based_actor* self) -> caf::behavior {
    self->send(self, atom::tick_v);
    return {[self, desk, head](atom::tick) {
      self->delayed_send(self, beat, atom::tick_v);
      const auto lost = [desk](const caf::error& error) {
        desk->server->set_readiness("the coordinator does not answer: "
                                    + actors::to_failure(error).message);
      };
      self->request(head, patience, atom::list_v)
        .then(
          [self, desk, head, lost](std::vector<actors::push_overview>& pushes) {
            desk->pushes = std::move(pushes);
            self->request(head, patience, atom::nodes_v)
              .then([desk](const std::vector<actors::node_overview>& nodes) { desk->take(nodes); },
                    lost);
          },
          lost);
    }};
  });
}

std::string prometheus_targets(const std::string& own,
                               const std::vector<actors::node_overview>& nodes) {
  auto group = [](std::vector<std::string> targets, const char* job) {
    return json{{"targets", std::move(targets)}, {"labels", {{"job", job}}}};
  };
  std::vector<std::string> workers;
  for (const auto& node : nodes)
    if (!node.info.admin.empty())
      workers.push_back(node.info.admin);
  return render(json::array(
           {group({own}, "flotilla-coordinator"), group(std::move(workers), "flotilla-worker")}))
         + '\n';
}

} // namespace flotilla::app
