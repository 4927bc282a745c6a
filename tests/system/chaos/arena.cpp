#include "tests/system/chaos/arena.hpp"

#include "tests/support/port.hpp"

#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <utility>
#include <vector>

namespace flotilla::test {

namespace {

constexpr std::array workers{victim::worker_a, victim::worker_b, victim::worker_c};

/// Troubles are noticed within a second, so that many fit into an hour. Nothing else differs from
/// the defaults.
const std::vector<std::string> brisk{"--stall-timeout", "2s"};

} // namespace

arena::arena(const program& flotilla)
  : flotilla_(flotilla), to_registry_(registry_.port()), port_(free_port()),
    state_dir_(flotilla / "head") {
  std::filesystem::remove_all(state_dir_);
  const auto place = "127.0.0.1:" + std::to_string(port_);
  auto& head = of(victim::coordinator);
  head.order = flotilla_.order(
    {"coordinator", "--listen", place, "--state-dir", state_dir_, "--lease", "1s"});
  head.order.args.insert(head.order.args.end(), brisk.begin(), brisk.end());
  start(victim::coordinator);
  if (!head.running->wait_for("listens on"))
    throw std::runtime_error{"no coordinator: " + head.running->err()};
  for (const auto whom : workers) {
    auto& worker = of(whom);
    worker.line = std::make_unique<relay>(port_);
    worker.order = flotilla_.order({"worker", "--coordinator", worker.line->address(), "--name",
                                    name_of(whom), "--root", flotilla_ / ""});
    worker.order.args.insert(worker.order.args.end(), brisk.begin(), brisk.end());
    start(whom);
  }
  for (const auto whom : workers)
    if (!of(whom).running->wait_for("joined the fleet"))
      throw std::runtime_error{name_of(whom) + ": " + of(whom).running->err()};
  of(victim::client).line = std::make_unique<relay>(port_);
}

void arena::begin_push(const std::string& source) {
  auto& client = of(victim::client);
  client.order = flotilla_.order(
    program::with("push", source, to_registry_.address() + '/' + repository() + ":v1",
                  {"--coordinator", client.line->address(), "--log-level", "info"}));
  if (client.running)
    end(victim::client, SIGKILL);
  start(victim::client);
}

void arena::start(victim whom) {
  auto& one = of(whom);
  one.running = std::make_unique<process>(one.order);
}

/// A worker that is asked to end finishes what is on the wire: it is not waited for until then, but
/// a short time.
void arena::end(victim whom, int signal) {
  auto& one = of(whom);
  one.running->signal(signal);
  const auto last = one.running->wait(std::chrono::seconds{5});
  one.said += last.err + last.out + "---- ended with " + std::to_string(last.status) + '\n';
}

bool arena::strike(const blow& one) {
  auto& hit = of(one.whom);
  if (hit.hit || (one.whom != victim::registry && hit.running->ended()))
    return false;
  hit.hit = true;
  if (one.whom == victim::registry)
    strike_registry(one.how);
  else if (one.how == blow_kind::kill)
    end(one.whom, SIGKILL);
  else if (one.how == blow_kind::reopen)
    end(one.whom, SIGTERM);
  else if (one.how == blow_kind::stop)
    hit.running->signal(SIGSTOP);
  else
    shake_lines(one.whom, one.how, true);
  return true;
}

void arena::undo(const blow& one) {
  auto& hit = of(one.whom);
  hit.hit = false;
  const bool ended = one.how == blow_kind::kill || one.how == blow_kind::reopen;
  if (one.whom == victim::registry)
    undo_registry(one.how);
  else if (ended && one.whom != victim::client)
    start(one.whom);
  else if (one.how == blow_kind::stop)
    hit.running->signal(SIGCONT);
  else if (!ended)
    shake_lines(one.whom, one.how, false);
}

void arena::strike_registry(blow_kind how) {
  switch (how) {
    case blow_kind::kill: registry_.kill(); return to_registry_.shut();
    case blow_kind::reopen: registry_.stop(); return to_registry_.shut();
    case blow_kind::stop: return registry_.signal(SIGSTOP);
    case blow_kind::cut: return to_registry_.cut();
    case blow_kind::hush: return to_registry_.hold();
  }
}

void arena::undo_registry(blow_kind how) {
  switch (how) {
    case blow_kind::kill:
    case blow_kind::reopen: registry_.start(); return to_registry_.open();
    case blow_kind::stop: return registry_.signal(SIGCONT);
    case blow_kind::hush: return to_registry_.release();
    case blow_kind::cut: return;
  }
}

/// A worker and a client have one line, the coordinator has all of theirs.
void arena::shake_lines(victim whom, blow_kind how, bool begin) {
  for (int each = 0; each < victims; ++each) {
    const auto& line = of(static_cast<victim>(each)).line;
    if (!line || (whom != victim::coordinator && whom != static_cast<victim>(each)))
      continue;
    if (how == blow_kind::hush)
      begin ? line->hold() : line->release();
    else if (begin)
      line->cut();
  }
}

std::map<std::string, std::string> arena::logs() {
  std::map<std::string, std::string> all;
  for (int each = 0; each < victims; ++each) {
    const auto whom = static_cast<victim>(each);
    auto& one = of(whom);
    all[name_of(whom)] = one.said + (one.running ? one.running->err() + one.running->out() : "");
  }
  all[name_of(victim::registry)] = registry_.access_log();
  return all;
}

} // namespace flotilla::test
