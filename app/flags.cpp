#include "app/flags.hpp"

#include "app/flag_kinds.hpp"
#include "app/fleet_certificates.hpp"
#include "app/switches.hpp"
#include "app/units.hpp"

#include <CLI/CLI.hpp>

#include <map>

namespace flotilla::app {

namespace {

template <class T>
using names = std::map<std::string, T>;

const names<protocol::check_mode> check_modes{{"auto", protocol::check_mode::automatic},
                                              {"always", protocol::check_mode::always},
                                              {"never", protocol::check_mode::never}};
const names<actors::verification> verifications{{"none", actors::verification::none},
                                                {"manifest", actors::verification::manifest},
                                                {"blobs", actors::verification::blobs}};
const names<progress_style> progress_styles{{"auto", progress_style::automatic},
                                            {"bar", progress_style::bar},
                                            {"plain", progress_style::plain},
                                            {"json", progress_style::json},
                                            {"none", progress_style::none}};
const names<bool> log_formats{{"text", false}, {"json", true}};
const std::vector<std::string> log_levels{"debug", "info", "warning", "error"};

template <class T>
std::vector<std::string> keys(const names<T>& of) {
  std::vector<std::string> all;
  for (const auto& [key, value] : of)
    all.push_back(key);
  return all;
}

template <class T>
CLI::Option* add_choice(CLI::App& to, const char* flag, T& value, const names<T>& choices,
                        const char* shown_default, const char* help) {
  auto* option = to.add_option_function<std::string>(
    flag, [&value, &choices](const std::string& text) { value = choices.at(text); }, help);
  return with_environment(
    option->check(CLI::IsMember(keys(choices)))->default_str(shown_default)->type_name("MODE"));
}

} // namespace

CLI::Option* with_environment(CLI::Option* option) {
  std::string variable = "FLOTILLA_";
  for (char c : option->get_single_name())
    variable += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return option->envname(variable);
}

void add_source_flags(CLI::App& to, options& chosen) {
  to.add_option("SOURCE", chosen.source,
                "oci:DIR[:TAG], ollama:NAME[:TAG], blobs:DIR with --manifest, or a path")
    ->required();
  to.add_option("REFERENCE", chosen.reference, "host[:port]/repository[:tag][@digest]")->required();
  add(to, "--manifest", chosen.manifest_file, "Manifest file that names the blobs of blobs:DIR")
    ->type_name("FILE");
  add(to, "--mount-from", chosen.mount_from,
      "Repository of the same registry that may hold the blobs already")
    ->type_name("REPOSITORY");
}

void add_push_flags(CLI::App& to, options& chosen) {
  with_environment(to.add_option("--tag", chosen.tags, "One more tag for the model; repeatable"))
    ->allow_extra_args(false) // else it takes the words after its value, too
    ->type_name("TAG");
  add(to, "--uploads", chosen.uploads, "Blobs sent at once")
    ->check(CLI::Range(1, 32).description("1..32"))
    ->type_name("N");
  add(to, "--checks", chosen.checks, "Blobs asked for at once")
    ->check(CLI::Range(1, 1024).description("1..1024"))
    ->type_name("N");
  add_choice(to, "--check", chosen.check, check_modes, "auto",
             "Ask for a blob before sending it: where it pays, always, or never");
  add_parsed(
    to, "--chunk-size", chosen.chunk, parse_chunk_size, "SIZE", "auto",
    "Send larger blobs in chunks of this size; auto: as the registry likes it; whole: never");
  add_parsed(to, "--bandwidth", chosen.bandwidth, parse_bytes, "SIZE/s", "unlimited",
             "Send at most so many bytes per second");
  add_parsed(to, "--retry-budget", chosen.retry_budget, parse_duration, "DURATION", "10m",
             "Give up after so long without any progress");
  add_choice(to, "--verify", chosen.verify, verifications, "manifest",
             "What to look at once the manifest is there");
  add_switch(to, "--dry-run", chosen.dry_run, "Only show what would be sent, as `plan` does");
  add_admin_flag(to, chosen);
}

CLI::Option* add_admin_flag(CLI::App& to, options& chosen) {
  return add(to, "--admin", chosen.admin,
             "Serve /metrics, /healthz, /readyz and /status here; off unless given")
    ->type_name("HOST:PORT");
}

void add_transport_flags(CLI::App& to, options& chosen) {
  const char* group = "Registry";
  add_parsed(to, "--stall-timeout", chosen.stall_timeout, parse_duration, "DURATION", "30s",
             "Give a transfer up, and try again, after so long without a byte")
    ->group(group);
  add(to, "--ca-cert", chosen.tls.ca_file, "PEM file of certificate authorities to trust")
    ->type_name("FILE")
    ->group(group);
  add(to, "--client-cert", chosen.tls.client_cert, "PEM file of our certificate")
    ->type_name("FILE")
    ->group(group);
  add(to, "--client-key", chosen.tls.client_key, "PEM file of its key")
    ->type_name("FILE")
    ->group(group);
  add_switch(
    to, "--insecure-skip-tls-verify", [&chosen](bool on) { chosen.tls.verify = !on; },
    "Take any certificate: anyone on the way can pose as the registry")
    ->group(group);
}

void add_registry_flags(CLI::App& to, options& chosen) {
  add_transport_flags(to, chosen);
  add_switch(
    to, "--plain-http", [&chosen](bool on) { chosen.plain_http = on; },
    "No TLS; by default only for loopback addresses (--plain-http=false: nowhere)")
    ->group("Registry");
  add_login_flags(to, chosen);
}

void add_login_flags(CLI::App& to, options& chosen) {
  const char* group = "Registry";
  add(to, "--username", chosen.username,
      "User to log in as, with --password-stdin or FLOTILLA_PASSWORD")
    ->type_name("NAME")
    ->group(group);
  add_switch(to, "--password-stdin", chosen.password_stdin, "Read the password from standard input")
    ->group(group);
  add(to, "--registry-config", chosen.registry_config,
      "Read credentials from this file alone, as `docker login` writes it")
    ->type_name("FILE")
    ->group(group);
  add(to, "--ollama-key", chosen.ollama_key,
      "Log in with this private key; default ~/.ollama/id_ed25519, for Ollama's registry alone")
    ->type_name("FILE")
    ->group(group);
}

void add_certs_flags(CLI::App& to, options& chosen) {
  auto& certs = chosen.certs;
  to.add_option("ACTION", certs.action,
                "init: make the fleet's authority; issue: make a certificate of it")
    ->required()
    ->check(CLI::IsMember({"init", "issue"}));
  to.add_option("NAME", certs.name, "Of the process that gets the certificate (issue)");
  add(to, "--dir", certs.dir, "Directory of the authority")->required()->type_name("DIR");
  with_environment(to.add_option("--host", certs.hosts,
                                 "DNS name or IP address where it can be reached (issue); "
                                 "repeatable"))
    ->allow_extra_args(false)
    ->type_name("HOST");
  with_environment(to.add_option("--days", certs.days, "How long it is valid"))
    ->check(CLI::Range(1, most_days).description("1.." + std::to_string(most_days)))
    ->default_str(std::to_string(authority_days) + " of init, " + std::to_string(certificate_days)
                  + " of issue")
    ->type_name("N");
  add(to, "--out", certs.out, "Directory for the certificate (issue); default: that of --dir")
    ->type_name("DIR");
  add_switch(to, "--force", certs.force, "Replace the certificate and key of that name (issue)");
  add_switch(to, "--json", chosen.json, "Say what was made as JSON");
}

void add_log_flags(CLI::App& to, options& chosen, std::string& config) {
  const char* group = "Output";
  add(to, "--log-level", chosen.log_level, "What is logged to standard error")
    ->default_str("warning; of coordinator and worker info")
    ->check(CLI::IsMember(log_levels))
    ->type_name("MODE")
    ->group(group);
  add_choice(to, "--log-format", chosen.log_json, log_formats, "text", "How it is logged")
    ->group(group);
  add(to, "--config", config, "TOML file with a key for every flag")
    ->type_name("FILE")
    ->group(group);
}

void add_state_flag(CLI::App& to, options& chosen) {
  const char* group = "Output";
  add(to, "--state-dir", chosen.state_dir,
      "What is learned of registries is kept here; default ~/.local/state/flotilla")
    ->type_name("DIR")
    ->group(group);
}

void add_output_flags(CLI::App& to, options& chosen, std::string& config) {
  const char* group = "Output";
  add_choice(to, "--progress", chosen.progress, progress_styles, "auto",
             "How progress is shown on standard error")
    ->group(group);
  add_switch(to, "--json", chosen.json, "Write the final report to standard output as JSON")
    ->group(group);
  add_state_flag(to, chosen);
  add_log_flags(to, chosen, config);
}

std::vector<std::string> choices_of(const std::string& flag) {
  if (flag == "--check")
    return keys(check_modes);
  if (flag == "--verify")
    return keys(verifications);
  if (flag == "--progress")
    return keys(progress_styles);
  if (flag == "--log-format")
    return keys(log_formats);
  if (flag == "--log-level")
    return log_levels;
  return {};
}

} // namespace flotilla::app
