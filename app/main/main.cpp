#include "app/auth_command.hpp"
#include "app/certs_command.hpp"
#include "app/command_line.hpp"
#include "app/commands.hpp"
#include "app/exit_code.hpp"
#include "app/output.hpp"
#include "app/signals.hpp"

#include <exception>

#include <sys/resource.h>

namespace {

using namespace flotilla::app;

int run(int argc, char** argv) {
  watch_signals();
  auto parsed = parse_command_line(argc, argv);
  if (!parsed) {
    say_failure(parsed.error());
    return exit_code_of(parsed.error().code);
  }
  if (const auto* said = std::get_if<answer>(&*parsed))
    return write_out(said->text);
  const auto& chosen = std::get<options>(*parsed);
  switch (chosen.what) {
    case command::push:
      return chosen.fleet.coordinator.empty() ? run_push(chosen) : run_fleet_push(chosen);
    case command::plan:
    case command::verify: return run_push(chosen);
    case command::auth: return run_auth(chosen);
    case command::certs: return run_certs(chosen);
    case command::coordinator: return run_coordinator(chosen);
    case command::worker: return run_worker(chosen);
    case command::status:
    case command::cancel:
    case command::pause:
    case command::resume:
    case command::limit: return run_remote(chosen);
    case command::version: return run_version(chosen);
    case command::completion: return run_completion(chosen);
    case command::manual: return run_manual(chosen);
  }
  return exit_internal;
}

/// As many descriptors as the system grants: a fleet's head has one for each upload that could be
/// continued.
void raise_descriptor_limit() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0)
    return;
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

} // namespace

int main(int argc, char** argv) {
  raise_descriptor_limit();
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    say_failure({flotilla::protocol::errc::internal, error.what(),
                 "this is a mistake of Flotilla's; please report it"});
    return exit_internal;
  }
}
