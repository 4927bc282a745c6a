#include "app/flag_kinds.hpp"
#include "app/flags.hpp"
#include "app/switches.hpp"
#include "app/units.hpp"

// The flags of a fleet: who it is, how one speaks to it, and what may be changed while it works.

namespace flotilla::app {

void add_coordinator_flag(CLI::App& to, options& chosen) {
  add(to, "--coordinator", chosen.fleet.coordinator, "Where the fleet's coordinator listens")
    ->type_name("HOST:PORT")
    ->group("Fleet");
}

void add_fleet_tls_flags(CLI::App& to, options& chosen) {
  const char* group = "Fleet";
  add(to, "--fleet-ca", chosen.fleet.ca, "PEM file of the fleet's certificate authority")
    ->type_name("FILE")
    ->group(group);
  add(to, "--fleet-cert", chosen.fleet.cert, "PEM file of our certificate in the fleet")
    ->type_name("FILE")
    ->group(group);
  add(to, "--fleet-key", chosen.fleet.key, "PEM file of its key")->type_name("FILE")->group(group);
}

void add_fleet_push_flags(CLI::App& to, options& chosen) {
  const char* group = "Fleet";
  add_coordinator_flag(to, chosen);
  add_switch(to, "--detach", chosen.fleet.detach, "Hand the push over, print its id, and leave")
    ->group(group);
  add(to, "--max-uploads", chosen.max_uploads,
      "Blobs sent at once by all nodes together; 0: each as many as --uploads says")
    ->check(CLI::Range(0, 4096).description("0..4096"))
    ->type_name("N")
    ->group(group);
  add_fleet_tls_flags(to, chosen);
}

void add_coordinator_flags(CLI::App& to, options& chosen) {
  const char* group = "Fleet";
  add(to, "--listen", chosen.fleet.listen, "Where workers and clients reach us; port 0: any")
    ->type_name("HOST:PORT")
    ->group(group);
  add_admin_flag(to, chosen)->group(group);
  add_parsed(to, "--lease", chosen.fleet.lease, parse_duration, "DURATION", "5s",
             "A worker that is silent for so long is lost")
    ->group(group);
  add_parsed(to, "--node-grace", chosen.fleet.node_grace, parse_duration, "DURATION", "10m",
             "Wait so long for a worker that holds what no other does")
    ->group(group);
}

void add_worker_flags(CLI::App& to, options& chosen) {
  const char* group = "Fleet";
  add(to, "--name", chosen.fleet.name, "Name of this worker; default: the host's")
    ->type_name("NAME")
    ->group(group);
  with_environment(
    to.add_option("--root", chosen.fleet.roots, "Directory that it may read; repeatable"))
    ->allow_extra_args(false)
    ->type_name("DIR")
    ->group(group);
  add(to, "--uploads", chosen.uploads, "Blobs sent at once")
    ->check(CLI::Range(1, 32).description("1..32"))
    ->type_name("N")
    ->group(group);
  add_admin_flag(to, chosen)->group(group);
  add_parsed(to, "--drain-timeout", chosen.fleet.drain_timeout, parse_duration, "DURATION", "1m",
             "When stopped, finish what is on the wire for at most so long")
    ->group(group);
}

void add_limit_flags(CLI::App& to, options& chosen) {
  to.add_option_function<std::uint32_t>(
      "--uploads", [&chosen](std::uint32_t n) { chosen.fleet.new_uploads = n; },
      "Blobs that each node sends at once")
    ->check(CLI::Range(1, 32).description("1..32"))
    ->type_name("N");
  to.add_option_function<std::string>(
      "--bandwidth",
      [&chosen](const std::string& text) { chosen.fleet.new_bandwidth = *parse_bytes(text); },
      "Bytes per second of all nodes together; 0: no bound")
    ->check(read_by(parse_bytes))
    ->type_name("SIZE/s");
}

} // namespace flotilla::app
