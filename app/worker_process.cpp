#include "actors/dialler.hpp"
#include "actors/fleet_link.hpp"
#include "actors/hasher.hpp"
#include "actors/http.hpp"
#include "actors/membership.hpp"
#include "actors/node.hpp"
#include "actors/surveyor.hpp"
#include "app/commands.hpp"
#include "app/conclusion.hpp"
#include "app/engine.hpp"
#include "app/exit_code.hpp"
#include "app/fleet_peer.hpp"
#include "app/host_name.hpp"
#include "app/log.hpp"
#include "app/random_id.hpp"
#include "app/signals.hpp"
#include "app/surroundings.hpp"
#include "app/version.hpp"
#include "app/worker_monitor.hpp"
#include "protocol/text.hpp"

#include <spdlog/spdlog.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

namespace flotilla::app {

using protocol::errc;
using protocol::failure;

namespace {

constexpr auto shutdown = caf::exit_reason::user_shutdown;
constexpr std::chrono::seconds farewell{5};

std::string name_of(const options& chosen) {
  if (!chosen.fleet.name.empty())
    return chosen.fleet.name;
  auto host = host_name();
  return host.empty() ? "worker" : host;
}

/// All of a worker's process.
struct worker_process {
  std::atomic<bool> broken{false}; ///< its node is dead
  actors::link_config config;
  caf::actor_system system;
  std::shared_ptr<transport::curl_engine> engine;
  actors::http_actor http;
  actors::surveyor_actor surveyor;
  actors::node_actor node;
  actors::dialler_actor dialler;
  actors::membership_actor membership;
  caf::actor watcher; ///< null: there is no monitor

  worker_process(const options& chosen, const fleet_peer& peer,
                 const std::vector<std::string>& roots, worker_monitor* monitor);
  ~worker_process();

  bool drain(std::chrono::milliseconds patience);
};

worker_process::worker_process(const options& chosen, const fleet_peer& peer,
                               const std::vector<std::string>& roots, worker_monitor* monitor)
  : config(peer.link), system(config),
    engine(std::make_shared<transport::curl_engine>(make_engine(chosen))),
    http(system.spawn(actors::http, engine, monitor != nullptr ? monitor->requests() : nullptr)) {
  auto around = surroundings();
  around.roots = roots;
  surveyor = system.spawn<caf::detached>(actors::surveyor, std::move(around));
  actors::membership_options member;
  member.host = peer.host;
  member.port = peer.port;
  member.self.id = random_id();
  member.self.name = name_of(chosen);
  if (monitor != nullptr)
    member.self.admin = monitor->address();
  member.self.uploads = chosen.uploads;
  member.self.checks = chosen.checks;
  member.self.roots = roots;
  member.on_node_death = [this] {
    broken = true;
    interrupt();
  };
  actors::node_options crew;
  crew.id = member.self.id;
  crew.name = member.self.name;
  crew.uploads = chosen.uploads;
  crew.laggards.window = chosen.stall_timeout;
  node = system.spawn(actors::node, http, surveyor, system.spawn<caf::detached>(actors::hasher),
                      std::move(crew));
  actors::caller who{"worker " + member.self.name, std::string{program_version}, peer.link};
  dialler = system.spawn(actors::dialler, std::move(who));
  membership = system.spawn(actors::membership, std::move(member), dialler, node, surveyor);
  if (monitor != nullptr)
    watcher = monitor->watch(system, membership, http);
}

worker_process::~worker_process() {
  if (watcher)
    caf::anon_send_exit(watcher, shutdown);
  caf::anon_send_exit(membership, shutdown);
  caf::anon_send_exit(dialler, shutdown);
  caf::anon_send_exit(node, shutdown);
  caf::anon_send_exit(surveyor, shutdown);
  engine->stop();
  caf::anon_send_exit(http, shutdown);
}

bool worker_process::drain(std::chrono::milliseconds patience) {
  caf::scoped_actor self{system};
  auto drained = false;
  self->request(membership, caf::infinite, atom::leave_v, caf::timespan{patience})
    .receive([&](bool all) { drained = all; }, [](const caf::error&) {});
  return drained;
}

protocol::result<std::vector<std::string>> read_roots(const std::vector<std::string>& given) {
  std::vector<std::string> roots;
  for (const auto& root : given) {
    std::error_code error;
    auto real = std::filesystem::canonical(root, error);
    if (!error && !std::filesystem::is_directory(real, error) && !error)
      error = std::make_error_code(std::errc::not_a_directory);
    if (error)
      return failure{errc::usage, "--root: " + protocol::printable(root) + ": " + error.message(),
                     "name directories that hold models"};
    roots.push_back(real.string());
  }
  return roots;
}

/// Whatever watches over the process starts it again; its work goes to others meanwhile.
int end_broken(const options& chosen) {
  leave_within(farewell, exit_internal);
  return refuse(chosen, {errc::internal, "the node of this worker died",
                         "this is a mistake of Flotilla's; please report it with the log above"});
}

} // namespace

int run_worker(const options& chosen) {
  set_up_log(chosen);
  auto peer = read_fleet_peer(chosen, chosen.fleet.coordinator, "--coordinator");
  if (!peer)
    return refuse(chosen, peer.error());
  auto roots = read_roots(chosen.fleet.roots);
  if (!roots)
    return refuse(chosen, roots.error());
  std::unique_ptr<worker_monitor> monitor;
  if (!chosen.admin.empty()) {
    auto started
      = worker_monitor::start(chosen.admin, {name_of(chosen), chosen.uploads, chosen.checks});
    if (!started)
      return refuse(chosen, started.error());
    monitor = std::move(*started);
  }
  worker_process process{chosen, *peer, *roots, monitor.get()};
  wait_for_signal();
  if (process.broken)
    return end_broken(chosen);
  spdlog::info("leaving: what is on the wire is finished first");
  if (!process.drain(chosen.fleet.drain_timeout))
    spdlog::warn("not all of it was finished in time; other nodes will send it");
  leave_within(farewell, exit_done);
  return exit_done;
}

} // namespace flotilla::app
