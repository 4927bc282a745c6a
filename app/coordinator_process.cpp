#include "actors/coordinator.hpp"
#include "actors/fleet_link.hpp"
#include "actors/http.hpp"
#include "actors/journal.hpp"
#include "actors/keeper.hpp"
#include "actors/token.hpp"
#include "actors/token_desk.hpp"
#include "app/commands.hpp"
#include "app/conclusion.hpp"
#include "app/coordinator_monitor.hpp"
#include "app/credentials.hpp"
#include "app/engine.hpp"
#include "app/exit_code.hpp"
#include "app/fleet_peer.hpp"
#include "app/log.hpp"
#include "app/signals.hpp"
#include "app/state.hpp"
#include "app/version.hpp"
#include "protocol/text.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace flotilla::app {

using protocol::errc;
using protocol::failure;

namespace {

constexpr auto shutdown = caf::exit_reason::user_shutdown;

struct journal_found {
  std::shared_ptr<store::journal> file;
  std::vector<actors::kept_push> kept;
};

protocol::result<journal_found> open_journal(const options& chosen) {
  const auto dir = state_dir_of(chosen);
  if (dir.empty())
    return failure{errc::usage, "no place for the journal: HOME is not set", "give --state-dir"};
  try {
    journal_found found;
    found.file = std::make_shared<store::journal>(dir);
    if (!found.file->notice().empty())
      spdlog::error("{}", found.file->notice());
    found.kept = actors::kept_pushes(*found.file);
    return found;
  } catch (const store::database_error& error) {
    return failure{errc::usage, "state directory " + protocol::printable(dir) + ": " + error.what(),
                   "--state-dir names a directory that we may write to, for one coordinator"};
  }
}

/// All of a coordinator's process.
struct coordinator_process {
  actors::link_config config;
  caf::actor_system system;
  std::shared_ptr<transport::curl_engine> engine;
  actors::http_actor http;
  actors::token_office_actor tokens;
  actors::token_actor token_desk;
  actors::journal_actor journal;
  actors::keeper_actor keeper;
  actors::coordinator_actor head;
  caf::actor watcher; ///< null: there is no monitor

  coordinator_process(const options& chosen, const actors::link_options& link,
                      journal_found journaled, actors::credential_finder find,
                      const coordinator_monitor* monitor);
  ~coordinator_process();
};

coordinator_process::coordinator_process(const options& chosen, const actors::link_options& link,
                                         journal_found journaled, actors::credential_finder find,
                                         const coordinator_monitor* monitor)
  : config(link, 2), // one push is planned while others go on
    system(config), engine(std::make_shared<transport::curl_engine>(make_engine(chosen))),
    http(system.spawn(actors::http, engine, monitor != nullptr ? monitor->requests() : nullptr)),
    tokens(system.spawn(actors::token, http, std::move(find))),
    token_desk(system.spawn(actors::token_desk, tokens)),
    journal(system.spawn<caf::detached>(actors::journal, std::move(journaled.file))),
    keeper(system.spawn<caf::detached>(actors::keeper, state_dir_of(chosen))) {
  actors::coordinator_setting setting;
  setting.version = program_version;
  setting.rules.lease = chosen.fleet.lease;
  setting.rules.node_grace = chosen.fleet.node_grace;
  setting.http = http;
  setting.tokens = tokens;
  setting.node_tokens = token_desk;
  setting.journal = journal;
  setting.keeper = keeper;
  head = system.spawn(actors::coordinator, std::move(setting), std::move(journaled.kept));
}

coordinator_process::~coordinator_process() {
  if (watcher)
    caf::anon_send_exit(watcher, shutdown);
  caf::anon_send_exit(head, shutdown);
  caf::anon_send_exit(journal, shutdown);
  caf::anon_send_exit(keeper, shutdown);
  caf::anon_send_exit(token_desk, shutdown);
  caf::anon_send_exit(tokens, shutdown);
  engine->stop();
  caf::anon_send_exit(http, shutdown);
}

} // namespace

int run_coordinator(const options& chosen) {
  const auto lines = std::make_shared<recent_log>();
  set_up_log(chosen, lines);
  auto peer = read_fleet_peer(chosen, chosen.fleet.listen, "--listen");
  if (!peer)
    return refuse(chosen, peer.error());
  auto address = numeric_address(peer->host);
  if (!address)
    return refuse(chosen, address.error());
  auto find = credentials_of(chosen);
  if (!find)
    return refuse(chosen, find.error());
  auto journaled = open_journal(chosen);
  if (!journaled)
    return refuse(chosen, journaled.error());
  const auto kept = std::count_if(journaled->kept.begin(), journaled->kept.end(),
                                  [](const actors::kept_push& each) { return !each.report; });
  std::unique_ptr<coordinator_monitor> monitor;
  if (!chosen.admin.empty()) {
    auto started
      = coordinator_monitor::start(chosen.admin, state_dir_of(chosen) + "/targets.json", lines);
    if (!started)
      return refuse(chosen, started.error());
    monitor = std::move(*started);
  }
  coordinator_process process{chosen, peer->link, std::move(*journaled), std::move(*find),
                              monitor.get()};
  auto port = actors::publish(process.system, process.head, *address, peer->port, peer->link);
  if (!port)
    return refuse(chosen, port.error());
  if (monitor)
    process.watcher
      = monitor->watch(process.system, {process.head, process.journal, process.tokens});
  spdlog::info("the coordinator listens on {}:{}{}", *address, *port,
               kept == 0 ? "" : "; pushes that go on: " + std::to_string(kept));
  wait_for_signal();
  spdlog::info("the coordinator leaves; its pushes go on when it is started again");
  return exit_done;
}

} // namespace flotilla::app
