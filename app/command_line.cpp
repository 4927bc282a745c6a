#include "app/command_line.hpp"

#include "app/config_file.hpp"
#include "app/flags.hpp"
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

void add_commands(parser& p) {
  auto* push = add_command(
    p, command::push, "push", "Bring a model to a registry",
    "  flotilla push oci:./model:v1 registry.example/models/llama:v1\n"
    "  flotilla push ollama:llama3.2 localhost:5000/models/llama3.2 --tag latest\n"
    "  flotilla push blobs:/data/blobs --manifest manifest.json registry.example/m/x:1\n"
    "  flotilla push ./layout registry.example/m/x:1 --json --progress none >report.json");
  add_source_flags(*push, p.chosen);
  add_push_flags(*push, p.chosen);
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

  auto* certs = add_command(
    p, command::certs, "certs",
    "Make the certificates by which a fleet's processes know each other",
    "  flotilla certs init --dir /etc/flotilla\n"
    "  flotilla certs issue --dir /etc/flotilla head --host head.example --host 10.0.0.7\n"
    "  flotilla certs issue --dir /etc/flotilla node1 --out ./node1\n"
    "  flotilla certs issue --dir /etc/flotilla node1 --out ./node1 --force");
  add_certs_flags(*certs, p.chosen);

  auto* version = add_command(p, command::version, "version", "Show version and libraries",
                              "  flotilla version --json");
  version->add_flag("--json", p.chosen.json, "As JSON");

  auto* completion
    = add_command(p, command::completion, "completion", "Print a completion script for a shell",
                  "  flotilla completion bash >/etc/bash_completion.d/flotilla\n"
                  "  flotilla completion zsh >\"${fpath[1]}/_flotilla\"\n"
                  "  flotilla completion fish >~/.config/fish/completions/"
                  "flotilla.fish");
  completion->add_option("SHELL", p.chosen.shell, "bash, zsh or fish")
    ->required()
    ->check(CLI::IsMember({"bash", "zsh", "fish"}));
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
    "again continues), 8 verification found a difference, 130 interrupted.");
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

protocol::failure usage_error(const CLI::ParseError& error, const CLI::App* sub) {
  auto command_name = sub == nullptr ? std::string{} : sub->get_name() + ' ';
  return {protocol::errc::usage, error.what(),
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
  try {
    p->app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    auto* sub = chosen_command();
    return outcome{answer{(sub != nullptr ? sub : &p->app)->help("flotilla")}};
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
                     option->get_items_expected_max() > 0});
  return all;
}

} // namespace flotilla::app
