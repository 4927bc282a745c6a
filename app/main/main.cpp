#include "app/certs_command.hpp"
#include "app/command_line.hpp"
#include "app/commands.hpp"
#include "app/exit_code.hpp"
#include "app/output.hpp"
#include "app/signals.hpp"

#include <exception>

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
    case command::plan:
    case command::verify: return run_push(chosen);
    case command::certs: return run_certs(chosen);
    case command::version: return run_version(chosen);
    case command::completion: return run_completion(chosen);
  }
  return exit_internal;
}

} // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    say_failure({flotilla::protocol::errc::internal, error.what(),
                 "this is a mistake of Flotilla's; please report it"});
    return exit_internal;
  }
}
