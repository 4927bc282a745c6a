#include "actors/coordinator.hpp"
#include "actors/dialler.hpp"
#include "actors/fleet_link.hpp"
#include "actors/http.hpp"
#include "actors/journal.hpp"
#include "actors/membership.hpp"
#include "actors/node.hpp"
#include "actors/surveyor.hpp"
#include "actors/token.hpp"
#include "actors/token_desk.hpp"
#include "app/commands.hpp"
#include "app/conclusion.hpp"
#include "app/credentials.hpp"
#include "app/engine.hpp"
#include "app/environment.hpp"
#include "app/exit_code.hpp"
#include "app/fleet_peer.hpp"
#include "app/log.hpp"
#include "app/signals.hpp"
#include "app/surroundings.hpp"
#include "app/version.hpp"
#include "protocol/text.hpp"

#include <spdlog/spdlog.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <thread>
#include <unistd.h>

namespace flotilla::app {

using protocol::errc;
using protocol::failure;

namespace {

constexpr std::chrono::milliseconds glance{50};
constexpr auto shutdown = caf::exit_reason::user_shutdown;

void wait_for_signal() {
  while (!is_interrupted())
    std::this_thread::sleep_for(glance);
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "worker";
}

/// Tells this start of this process from every other.
std::string random_id() {
  std::ifstream kernel{"/proc/sys/kernel/random/uuid"};
  std::string id;
  std::getline(kernel, id);
  return id;
}

// ---- the coordinator -------------------------------------------------------------------------

struct journal_found {
  std::shared_ptr<store::journal> file;
  std::vector<actors::kept_push> kept;
};

protocol::result<journal_found> open_journal(const options& chosen) {
  auto dir = chosen.state_dir.empty() ? default_state_dir() : chosen.state_dir;
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
  actors::token_actor tokens, token_desk;
  actors::journal_actor journal;
  actors::coordinator_actor head;

  coordinator_process(const options& chosen, const actors::link_options& link,
                      journal_found journaled, actors::credential_finder find);
  ~coordinator_process();
};

coordinator_process::coordinator_process(const options& chosen, const actors::link_options& link,
                                         journal_found journaled, actors::credential_finder find)
  : config(link), system(config),
    engine(std::make_shared<transport::curl_engine>(make_engine(chosen))),
    http(system.spawn(actors::http, engine)),
    tokens(system.spawn(actors::token, http, std::move(find))),
    token_desk(system.spawn(actors::token_desk, tokens)),
    journal(system.spawn<caf::detached>(actors::journal, std::move(journaled.file))) {
  actors::coordinator_setting setting;
  setting.version = program_version;
  setting.rules.lease = chosen.fleet.lease;
  setting.rules.node_grace = chosen.fleet.node_grace;
  setting.http = http;
  setting.tokens = tokens;
  setting.node_tokens = token_desk;
  setting.journal = actors::writes_to(journal);
  head = system.spawn(actors::coordinator, std::move(setting), std::move(journaled.kept));
}

coordinator_process::~coordinator_process() {
  caf::anon_send_exit(head, shutdown);
  caf::anon_send_exit(journal, shutdown);
  caf::anon_send_exit(token_desk, shutdown);
  caf::anon_send_exit(tokens, shutdown);
  engine->stop();
  caf::anon_send_exit(http, shutdown);
}

// ---- a worker --------------------------------------------------------------------------------

/// All of a worker's process.
struct worker_process {
  actors::link_config config;
  caf::actor_system system;
  std::shared_ptr<transport::curl_engine> engine;
  actors::http_actor http;
  actors::surveyor_actor surveyor;
  actors::node_actor node;
  actors::dialler_actor dialler;
  actors::membership_actor membership;

  worker_process(const options& chosen, const fleet_peer& peer,
                 const std::vector<std::string>& roots);
  ~worker_process();

  bool drain(std::chrono::milliseconds patience);
};

worker_process::worker_process(const options& chosen, const fleet_peer& peer,
                               const std::vector<std::string>& roots)
  : config(peer.link), system(config),
    engine(std::make_shared<transport::curl_engine>(make_engine(chosen))),
    http(system.spawn(actors::http, engine)) {
  auto around = surroundings();
  around.roots = roots;
  surveyor = system.spawn<caf::detached>(actors::surveyor, std::move(around));
  actors::membership_options member;
  member.host = peer.host;
  member.port = peer.port;
  member.self.id = random_id();
  member.self.name = chosen.fleet.name.empty() ? host_name() : chosen.fleet.name;
  member.self.uploads = chosen.uploads;
  member.self.checks = chosen.checks;
  member.self.roots = roots;
  actors::node_options crew;
  crew.id = member.self.id;
  crew.name = member.self.name;
  crew.uploads = chosen.uploads;
  node = system.spawn(actors::node, http, surveyor, std::move(crew));
  actors::caller who{"worker " + member.self.name, std::string{program_version}, peer.link};
  dialler = system.spawn(actors::dialler, std::move(who));
  membership = system.spawn(actors::membership, std::move(member), dialler, node, surveyor);
}

worker_process::~worker_process() {
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

} // namespace

int run_coordinator(const options& chosen) {
  set_up_log(chosen);
  auto peer = read_fleet_peer(chosen, chosen.fleet.listen, "--listen");
  if (!peer)
    return refuse(chosen, peer.error());
  auto address = numeric_address(peer->host);
  if (!address)
    return refuse(chosen, address.error());
  std::string password;
  if (chosen.password_stdin) {
    auto given = read_password();
    if (!given)
      return refuse(chosen, given.error());
    password = std::move(*given);
  }
  auto journaled = open_journal(chosen);
  if (!journaled)
    return refuse(chosen, journaled.error());
  const auto kept = journaled->kept.size();
  auto find = [&](const std::string& host) { return find_credentials(chosen, password, host); };
  coordinator_process process{chosen, peer->link, std::move(*journaled), find};
  auto port = actors::publish(process.system, process.head, *address, peer->port, peer->link);
  if (!port)
    return refuse(chosen, port.error());
  spdlog::info("the coordinator listens on {}:{}{}", *address, *port,
               kept == 0 ? "" : "; pushes that go on: " + std::to_string(kept));
  wait_for_signal();
  spdlog::info("the coordinator leaves; its pushes go on when it is started again");
  return exit_done;
}

int run_worker(const options& chosen) {
  set_up_log(chosen);
  auto peer = read_fleet_peer(chosen, chosen.fleet.coordinator, "--coordinator");
  if (!peer)
    return refuse(chosen, peer.error());
  auto roots = read_roots(chosen.fleet.roots);
  if (!roots)
    return refuse(chosen, roots.error());
  worker_process process{chosen, *peer, *roots};
  wait_for_signal();
  spdlog::info("leaving: what is on the wire is finished first");
  if (!process.drain(chosen.fleet.drain_timeout))
    spdlog::warn("not all of it was finished in time; other nodes will send it");
  return exit_done;
}

} // namespace flotilla::app
