#include "app/coordinator_monitor.hpp"

#include "actors/errors.hpp"
#include "app/build_labels.hpp"
#include "app/coordinator_page.hpp"
#include "app/fleet_text.hpp"
#include "app/push_numbers.hpp"
#include "app/report.hpp"
#include "app/request_meter.hpp"
#include "app/staged_file.hpp"
#include "app/version.hpp"
#include "metrics/fleet_metrics.hpp"

#include <caf/all.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <chrono>
#include <map>
#include <utility>

namespace flotilla::app {

namespace atom = flotilla::atom;
using nlohmann::json;

namespace {

constexpr std::chrono::seconds beat{1};
constexpr std::chrono::seconds patience{5}; ///< for the coordinator's answer

json events_of(recent_log& log) {
  auto list = json::array();
  for (const auto& line : log.lines())
    list.push_back({{"time", line.time},
                    {"level", line.level},
                    {"text", line.text},
                    {"push", line.push},
                    {"node", line.node}});
  return list;
}

json list_of(const std::vector<actors::push_overview>& pushes) {
  auto list = json::array();
  for (const auto& push : pushes)
    list.push_back(json_of(push));
  return list;
}

double now_in_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// What all pushes together have a node do.
struct node_load {
  std::vector<std::string> pushes;
  double rate = 0; ///< bytes per second
  std::uint64_t bodies = 0;
};

/// @returns by the node's name
std::map<std::string, node_load> loads_of(const std::vector<actors::push_overview>& pushes) {
  std::map<std::string, node_load> loads;
  for (const auto& push : pushes)
    for (const auto& work : push.status.work) {
      auto& load = loads[work.name];
      load.pushes.push_back(push.id);
      load.rate += work.rate;
      load.bodies += work.bodies;
    }
  return loads;
}

json nodes_at_work(const std::vector<actors::node_overview>& nodes,
                   const std::vector<actors::push_overview>& pushes) {
  auto loads = loads_of(pushes);
  auto list = json::array();
  for (const auto& node : nodes) {
    const auto& load = loads[node.info.name];
    auto object = json_of(node);
    object["pushes"] = load.pushes;
    object["bytes_per_second"] = load.rate;
    object["on_the_wire"] = load.bodies;
    list.push_back(std::move(object));
  }
  return list;
}

} // namespace

/// Where answers come in, and what is served. Used by the asker alone once that runs.
struct coordinator_monitor::desk {
  std::shared_ptr<metrics::exposition> series
    = std::make_shared<metrics::exposition>(build_labels_of_this());
  std::shared_ptr<metrics::fleet_metrics> fleet = std::make_shared<metrics::fleet_metrics>();
  std::shared_ptr<actors::exchange_watch> requests = make_request_meter(series);
  coordinator_page page;
  std::shared_ptr<recent_log> log;      ///< null: none
  std::unique_ptr<admin_server> server; ///< its thread uses the page
  std::string targets;
  std::string written; ///< the list, as it was written last
  bool in_trouble = false;
  std::vector<actors::push_overview> pushes;
  metrics::fleet_numbers now;

  void take(const std::vector<actors::node_overview>& nodes);
  void show(const std::vector<actors::node_overview>& nodes);
  void write_targets(const std::vector<actors::node_overview>& nodes);
};

void coordinator_monitor::desk::take(const std::vector<actors::node_overview>& nodes) {
  now.nodes = nodes.size();
  now.leaving_nodes = now.upload_slots = 0;
  for (const auto& node : nodes) {
    now.leaving_nodes += node.leaving ? 1 : 0;
    now.upload_slots += node.info.uploads;
  }
  now.jobs.clear();
  for (const auto& push : pushes)
    now.jobs.push_back(numbers_of(push));
  fleet->update(now);
  show(nodes);
  server->set_readiness({});
  if (!targets.empty())
    write_targets(nodes);
}

void coordinator_monitor::desk::show(const std::vector<actors::node_overview>& nodes) {
  json state{{"version", program_version},
             {"pushes", list_of(pushes)},
             {"nodes", nodes_at_work(nodes, pushes)}};
  server->set_status(render(state));
  std::vector<std::string> ids;
  for (const auto& push : pushes)
    ids.push_back(push.id);
  page.keep_only(ids);
  state["time"] = now_in_seconds();
  state["events"] = log ? events_of(*log) : json::array();
  server->publish(page.show(render(state)));
}

/// What cannot be written is said once, and tried again at the next change or beat.
void coordinator_monitor::desk::write_targets(const std::vector<actors::node_overview>& nodes) {
  auto list = prometheus_targets(server->address(), nodes);
  if (list == written)
    return;
  constexpr mode_t for_all = 0644; // Prometheus is another user
  auto file = staged_file::write(targets, for_all, list);
  const auto why = file ? file->publish(true) : file.error();
  const auto failed = why.code != protocol::errc::none;
  if (failed && !std::exchange(in_trouble, true))
    spdlog::error("the list of metrics' addresses cannot be written: {}", why.message);
  if (!failed) {
    in_trouble = false;
    written = std::move(list);
  }
}

coordinator_monitor::coordinator_monitor(std::shared_ptr<desk> ready) : desk_(std::move(ready)) {
}

protocol::result<std::unique_ptr<coordinator_monitor>>
coordinator_monitor::start(const std::string& at, std::string targets,
                           std::shared_ptr<recent_log> log) {
  auto ready = std::make_shared<desk>();
  ready->log = std::move(log);
  ready->series->add(ready->fleet);
  auto server = admin_server::start(
    at, ready->series, [of = ready.get()](const web_request& to) { return of->page.answer(to); });
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

std::shared_ptr<actors::exchange_watch> coordinator_monitor::requests() const noexcept {
  return desk_->requests;
}

/// Asks, once a beat, all that a coordinator's process can be asked, and hands the answers to the
/// desk. The nodes' are the last that are asked for: with them all is shown.
class coordinator_monitor::asker {
public:
  asker(caf::event_based_actor* self, std::shared_ptr<desk> of, watched whom)
    : self_(self), desk_(std::move(of)), whom_(std::move(whom)) {
  }

  void ask() {
    self_->delayed_send(self_, beat, atom::tick_v);
    ask_others();
    const auto began = std::chrono::steady_clock::now();
    self_->request(whom_.head, patience, atom::list_v)
      .then(
        [this, began](std::vector<actors::push_overview>& pushes) {
          note_answer(began);
          desk_->pushes = std::move(pushes);
          ask_for_nodes();
          ask_for_maps();
        },
        [this, began](const caf::error& error) {
          note_answer(began); // that none came is seen in how long it was waited for
          desk_->fleet->update(desk_->now);
          miss(error);
        });
  }

private:
  void note_answer(std::chrono::steady_clock::time_point began) {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    desk_->now.answer_seconds = took.count();
  }
  void ask_others() {
    self_->request(whom_.head, patience, atom::totals_v)
      .then(
        [this](const actors::node_totals& of) {
          desk_->now.joins = of.joined;
          desk_->now.losses = of.lost;
        },
        [](const caf::error&) {});
    self_->request(whom_.journal, patience, atom::status_v)
      .then([this](bool is_well) { desk_->now.journal_is_well = is_well; },
            [this](const caf::error&) { desk_->now.journal_is_well = false; }); // a disk that hangs
    self_->request(whom_.tokens, patience, atom::totals_v)
      .then(
        [this](const actors::token_totals& of) {
          desk_->now.tokens_fetched = of.fetched;
          desk_->now.tokens_failed = of.failed;
          desk_->now.token_seconds_left = of.seconds_left;
        },
        [](const caf::error&) {});
  }
  void ask_for_nodes() {
    self_->request(whom_.head, patience, atom::nodes_v)
      .then([this](const std::vector<actors::node_overview>& nodes) { desk_->take(nodes); },
            [this](const caf::error& error) { miss(error); });
  }
  void ask_for_maps() {
    for (const auto& id : desk_->page.wanted())
      self_->request(whom_.head, patience, atom::map_v, id)
        .then([this, id](protocol::blob_map& map) { desk_->page.take_map(id, std::move(map)); },
              [](const caf::error&) {});
  }
  void miss(const caf::error& error) {
    desk_->server->set_readiness("the coordinator does not answer: "
                                 + actors::to_failure(error).message);
  }

  caf::event_based_actor* self_;
  std::shared_ptr<desk> desk_;
  watched whom_;
};

caf::actor coordinator_monitor::watch(caf::actor_system& system, watched whom) {
  return system.spawn([desk = desk_, whom](caf::event_based_actor* self) -> caf::behavior {
    auto asking = std::make_shared<asker>(self, desk, whom);
    self->send(self, atom::tick_v);
    return {[asking](atom::tick) { asking->ask(); }};
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
