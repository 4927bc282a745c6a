#include "app/command_line.hpp"

#include "app/config_file.hpp"
#include "app/environment.hpp"
#include "app/flags.hpp"
#include "app/switches.hpp"
#include "protocol/text.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <optional>
#include <sstream>

namespace flotilla::app {

namespace {

struct parser {
  CLI::App app{"Pushes models, as blobs and the manifests that name them, to OCI registries."};
  options chosen;
  std::string config;
  std::vector<std::pair<CLI::App*, command>> commands;
};

CLI::App* add_command(parser& p, command what, const char* name, const char* help,
                      const char* examples) {
  auto* sub = p.app.add_subcommand(name, help);
  sub->footer(std::string{"Examples:\n"} + examples);
  sub->set_help_flag("-h,--help", "Show this and leave");
  p.commands.emplace_back(sub, what);
  return sub;
}

/// A command that asks or tells the coordinator something.
CLI::App* add_remote_command(parser& p, command what, const char* name, const char* help,
                             const char* examples) {
  auto* sub = add_command(p, what, name, help, examples);
  add_coordinator_flag(*sub, p.chosen);
  add_fleet_tls_flags(*sub, p.chosen);
  add_switch(*sub, "--json", p.chosen.json, "Answer as JSON");
  add_log_flags(*sub, p.chosen, p.config);
  return sub;
}

void add_fleet_commands(parser& p) {
  auto* coordinator
    = add_command(p, command::coordinator, "coordinator", "Run the head of a fleet",
                  "  flotilla coordinator\n"
                  "  flotilla coordinator --listen 10.0.0.1:7400 --fleet-ca ca.crt \\\n"
                  "    --fleet-cert head.crt --fleet-key head.key --state-dir /var/lib/flotilla");
  add_coordinator_flags(*coordinator, p.chosen);
  add_fleet_tls_flags(*coordinator, p.chosen);
  add_transport_flags(*coordinator, p.chosen);
  add_login_flags(*coordinator, p.chosen);
  add_state_flag(*coordinator, p.chosen);
  add_log_flags(*coordinator, p.chosen, p.config);

  auto* worker
    = add_command(p, command::worker, "worker", "Run a node of a fleet",
                  "  flotilla worker --coordinator 127.0.0.1:7400 --root /models\n"
                  "  flotilla worker --coordinator head:7400 --root /models --name gpu-17 "
                  "\\\n    --fleet-ca ca.crt --fleet-cert gpu-17.crt --fleet-key "
                  "gpu-17.key");
  add_coordinator_flag(*worker, p.chosen);
  add_worker_flags(*worker, p.chosen);
  add_fleet_tls_flags(*worker, p.chosen);
  add_transport_flags(*worker, p.chosen);
  add_log_flags(*worker, p.chosen, p.config);

  auto* status
    = add_remote_command(p, command::status, "status", "Show pushes and nodes of a fleet",
                         "  flotilla status --coordinator head:7400\n"
                         "  flotilla status p-3fa291 --watch --coordinator head:7400");
  status->add_option("ID", p.chosen.fleet.id, "Of one push; default: all");
  add_switch(*status, "--watch", p.chosen.fleet.watch, "Show it again every second");

  const struct {
    command what;
    const char* name;
    const char* help;
    const char* example;
  } tellings[] = {
    {command::cancel, "cancel", "Stop a push of a fleet for good",
     "  flotilla cancel p-3fa291 --coordinator head:7400"},
    {command::pause, "pause", "Let a push of a fleet begin nothing new",
     "  flotilla pause p-3fa291 --coordinator head:7400"},
    {command::resume, "resume", "Let a paused push go on",
     "  flotilla resume p-3fa291 --coordinator head:7400"},
    {command::limit, "limit", "Change what a push of a fleet may use",
     "  flotilla limit p-3fa291 --bandwidth 200MB --coordinator head:7400\n"
     "  flotilla limit p-3fa291 --uploads 8 --coordinator head:7400"},
  };
  for (const auto& each : tellings) {
    auto* sub = add_remote_command(p, each.what, each.name, each.help, each.example);
    sub->add_option("ID", p.chosen.fleet.id, "Of the push; `flotilla status` lists them")
      ->required();
    if (each.what == command::limit)
      add_limit_flags(*sub, p.chosen);
  }
}

void add_auth_command(parser& p) {
  auto* auth = add_command(
    p, command::auth, "auth", "Show which credentials are used, and what they allow",
    "  flotilla auth check registry.example/models/llama\n"
    "  flotilla auth check registry.example/models/llama:v1 --json\n"
    "  FLOTILLA_USERNAME=ci FLOTILLA_PASSWORD=\"$SECRET\" flotilla auth check "
    "registry.example/m/x\n\n"
    "Whether we may push is found out by opening an upload and cancelling it: nothing is\n"
    "sent. Exit code 0: we may; 4: the registry refuses us. No secret is shown.");
  auth->add_option("ACTION", p.chosen.auth_action, "check: ask the registry what we may do there")
    ->required()
    ->check(CLI::IsMember({"check"}));
  auth->add_option("REFERENCE", p.chosen.reference, "host[:port]/repository[:tag][@digest]")
    ->required();
  add_registry_flags(*auth, p.chosen);
  add_switch(*auth, "--json", p.chosen.json, "Write what was found to standard output as JSON");
  add_log_flags(*auth, p.chosen, p.config);
}

void add_commands(parser& p) {
  auto* push = add_command(
    p, command::push, "push", "Bring a model to a registry",
    "  flotilla push oci:./model:v1 registry.example/models/llama:v1\n"
    "  flotilla push ollama:llama3.2 localhost:5000/models/llama3.2 --tag latest\n"
    "  flotilla push blobs:/data/blobs --manifest manifest.json registry.example/m/x:1\n"
    "  flotilla push ./layout registry.example/m/x:1 --json --progress none >report.json");
  add_source_flags(*push, p.chosen);
  add_push_flags(*push, p.chosen);
  add_fleet_push_flags(*push, p.chosen);
  add_registry_flags(*push, p.chosen);
  add_output_flags(*push, p.chosen, p.config);

  auto* plan
    = add_command(p, command::plan, "plan", "Show what a push would send, without sending it",
                  "  flotilla plan oci:./model:v1 registry.example/models/llama:v1\n"
                  "  flotilla plan ollama:llama3.2 registry.example/models/llama --json");
  add_source_flags(*plan, p.chosen);
  add_registry_flags(*plan, p.chosen);
  add_output_flags(*plan, p.chosen, p.config);

  auto* verify
    = add_command(p, command::verify, "verify", "Compare what a registry serves with the source",
                  "  flotilla verify oci:./model:v1 registry.example/models/llama:v1");
  add_source_flags(*verify, p.chosen);
  add_registry_flags(*verify, p.chosen);
  add_output_flags(*verify, p.chosen, p.config);

  add_auth_command(p);

  auto* certs = add_command(
    p, command::certs, "certs",
    "Make the certificates by which a fleet's processes know each other",
    "  flotilla certs init --dir /etc/flotilla\n"
    "  flotilla certs issue --dir /etc/flotilla head --host head.example --host 10.0.0.7\n"
    "  flotilla certs issue --dir /etc/flotilla node1 --out ./node1\n"
    "  flotilla certs issue --dir /etc/flotilla node1 --out ./node1 --force");
  add_certs_flags(*certs, p.chosen);

  add_fleet_commands(p);

  auto* version = add_command(p, command::version, "version", "Show version and libraries",
                              "  flotilla version --json");
  add_switch(*version, "--json", p.chosen.json, "As JSON");

  auto* completion
    = add_command(p, command::completion, "completion", "Print a completion script for a shell",
                  "  flotilla completion bash >/etc/bash_completion.d/flotilla\n"
                  "  flotilla completion zsh >\"${fpath[1]}/_flotilla\"\n"
                  "  flotilla completion fish >~/.config/fish/completions/"
                  "flotilla.fish");
  completion->add_option("SHELL", p.chosen.shell, "bash, zsh or fish")
    ->required()
    ->check(CLI::IsMember({"bash", "zsh", "fish"}));

  auto* manual = add_command(p, command::manual, "man", "Print a page of the manual, for man(1)",
                             "  flotilla man >flotilla.1\n"
                             "  flotilla man push | man -l -");
  manual->add_option("COMMAND", p.chosen.manual_of, "Its page; default: the program's");
}

std::unique_ptr<parser> make_parser() {
  auto p = std::make_unique<parser>();
  p->app.name("flotilla");
  p->app.set_help_flag("-h,--help", "Show this and leave");
  p->app.require_subcommand(1);
  p->app.footer(
    "Every flag can also be set as FLOTILLA_<FLAG> in the environment, and as a key of\n"
    "the TOML file that --config names; the command line wins, then the environment.\n"
    "`flotilla COMMAND --help` shows a command's flags with examples.\n\n"
    "Exit codes: 0 done, 1 internal error, 2 usage or configuration, 3 source invalid,\n"
    "4 authentication or permission, 5 refused by the registry, 6 gave up (running\n"
    "again continues), 7 no coordinator answers or no node holds a needed blob,\n"
    "8 verification found a difference, 130 interrupted.");
  add_commands(*p);
  return p;
}

/// The first word is no command: the parser would only say that one is missing.
std::optional<protocol::failure> unknown_command(int argc, const char* const* argv) {
  if (argc < 2 || argv[1][0] == '-')
    return std::nullopt;
  return protocol::failure{protocol::errc::usage,
                           "`" + protocol::printable(argv[1], 60) + "` is no command",
                           "`flotilla --help` shows them all"};
}

/// The parser reads the environment for all commands, and what it finds for one that was not chosen
/// would outweigh the flags of the one that was.
void forget_other_commands(const parser& p, int argc, const char* const* argv) {
  if (argc < 2)
    return;
  for (const auto& [sub, what] : p.commands)
    if (sub->get_name() != argv[1])
      for (auto* option : sub->get_options())
        option->envname({});
}

/// What the switches of the command are told.
protocol::failure check_named_command(const parser& p, int argc, const char* const* argv) {
  if (argc >= 2)
    for (const auto& [sub, what] : p.commands)
      if (sub->get_name() == argv[1])
        return check_switches(*sub, argc, argv);
  return {};
}

/// Secrets come out of files, which end in one.
std::string without_line_end(std::string text) {
  for (char end : {'\n', '\r'})
    if (!text.empty() && text.back() == end)
      text.pop_back();
  return text;
}

protocol::failure usage_error(const CLI::ParseError& error, const CLI::App* sub) {
  auto command_name = sub == nullptr ? std::string{} : sub->get_name() + ' ';
  return {protocol::errc::usage, protocol::printable(error.what()),
          "`flotilla " + command_name + "--help` shows what is possible"};
}

} // namespace

protocol::result<std::variant<options, answer>> parse_command_line(int argc,
                                                                   const char* const* argv) {
  using outcome = std::variant<options, answer>;
  auto p = make_parser();
  auto chosen_command = [&]() -> CLI::App* {
    auto used = p->app.get_subcommands();
    return used.empty() ? nullptr : used.front();
  };
  forget_other_commands(*p, argc, argv);
  if (auto bad = check_named_command(*p, argc, argv); bad.code != protocol::errc::none)
    return bad;
  try {
    p->app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return outcome{answer{p->app.help()}}; // of the command, if there is one
  } catch (const CLI::ParseError& error) {
    if (chosen_command() == nullptr)
      if (auto unknown = unknown_command(argc, argv))
        return *std::move(unknown);
    return usage_error(error, chosen_command());
  }
  auto* sub = chosen_command();
  for (const auto& [candidate, what] : p->commands)
    if (candidate == sub)
      p->chosen.what = what;
  if (!p->config.empty())
    if (auto bad = apply_config_file(p->config, p->app, *sub); bad.code != protocol::errc::none)
      return bad;
  if (sub->get_option_no_throw("--username") != nullptr)
    p->chosen.password = without_line_end(environment("FLOTILLA_PASSWORD"));
  if (auto bad = validate(p->chosen); bad.code != protocol::errc::none)
    return bad;
  return outcome{std::move(p->chosen)};
}

std::vector<flag_description> all_flags() {
  std::vector<flag_description> all;
  auto p = make_parser();
  for (const auto& [sub, what] : p->commands)
    for (const auto* option :
         sub->get_options([](const CLI::Option* o) { return !o->get_positional(); }))
      all.push_back({sub->get_name(), "--" + option->get_single_name(), option->get_description(),
                     choices_of("--" + option->get_single_name()),
                     option->get_items_expected_max() > 0, option->get_type_name(),
                     option->get_default_str(), option->get_envname(), option->get_group()});
  return all;
}

std::vector<command_description> all_commands() {
  std::vector<command_description> all;
  auto p = make_parser();
  for (const auto& [sub, what] : p->commands) {
    command_description found{sub->get_name(), sub->get_description(), sub->get_footer(), {}};
    for (const auto* option :
         sub->get_options([](const CLI::Option* o) { return o->get_positional(); }))
      found.words.push_back(
        {option->get_single_name(), option->get_description(), option->get_required()});
    all.push_back(std::move(found));
  }
  return all;
}

std::string closing_words() {
  return make_parser()->app.get_footer();
}

} // namespace flotilla::app
