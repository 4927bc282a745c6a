#include "app/options.hpp"

#include "app/regular_file.hpp"

namespace flotilla::app {

using protocol::errc;

namespace {

constexpr std::chrono::milliseconds shortest_stall{1000};
constexpr std::chrono::milliseconds shortest_budget{1000};
constexpr std::chrono::milliseconds shortest_lease{1000};

protocol::failure check_files(const options& chosen) {
  const struct {
    const char* flag;
    const std::string& path;
  } all[] = {{"--ca-cert", chosen.tls.ca_file},
             {"--client-cert", chosen.tls.client_cert},
             {"--client-key", chosen.tls.client_key},
             {"--registry-config", chosen.registry_config},
             {"--ollama-key", chosen.ollama_key}};
  for (const auto& each : all)
    if (auto bad = check_regular_file(each.flag, each.path); bad.code != errc::none)
      return bad;
  return {};
}

bool talks_to_a_coordinator(command what) {
  switch (what) {
    case command::worker:
    case command::status:
    case command::cancel:
    case command::pause:
    case command::resume:
    case command::limit: return true;
    default: return false;
  }
}

/// What may come from a flag, a variable or a file, so that no parser of one of them can ask for
/// it.
protocol::failure check_presence(const options& chosen) {
  if (talks_to_a_coordinator(chosen.what) && chosen.fleet.coordinator.empty())
    return {
      errc::usage, "--coordinator is missing: where does the fleet's coordinator listen?",
      "give --coordinator HOST:PORT, FLOTILLA_COORDINATOR, or `coordinator` in a --config file"};
  if (chosen.what == command::worker && chosen.fleet.roots.empty())
    return {errc::usage, "--root is missing: what may this worker read?",
            "give --root DIR, FLOTILLA_ROOT, or `root` in a --config file"};
  return {};
}

} // namespace

protocol::failure validate(const options& chosen) {
  if (chosen.password_stdin && chosen.username.empty())
    return {errc::usage, "--password-stdin needs --username", "give both"};
  if (!chosen.password.empty() && chosen.username.empty())
    return {errc::usage, "FLOTILLA_PASSWORD needs --username or FLOTILLA_USERNAME", "give both"};
  if (!chosen.username.empty() && !chosen.password_stdin && chosen.password.empty())
    return {errc::usage, "--username needs --password-stdin or FLOTILLA_PASSWORD",
            "give the password on standard input: a command line is no place for it"};
  if (!chosen.tls.client_key.empty() && chosen.tls.client_cert.empty())
    return {errc::usage, "--client-key needs --client-cert", "give both"};
  if (chosen.plain_http.value_or(false)
      && (!chosen.tls.ca_file.empty() || !chosen.tls.client_cert.empty() || !chosen.tls.verify))
    return {errc::usage, "--plain-http and TLS settings exclude each other", "leave out one"};
  if (chosen.stall_timeout < shortest_stall)
    return {errc::usage, "--stall-timeout is at least 1s", "the default, 30s, suits most networks"};
  if (chosen.retry_budget < shortest_budget)
    return {errc::usage, "--retry-budget is at least 1s", "the default is 10m"};
  if (chosen.what != command::push && !chosen.tags.empty())
    return {errc::usage, "--tag is for `flotilla push`", {}};
  if (chosen.what == command::push && chosen.fleet.coordinator.empty())
    if (chosen.fleet.detach || chosen.max_uploads != 0)
      return {errc::usage, "--detach and --max-uploads are for a fleet", "give --coordinator"};
  if (chosen.what == command::push && !chosen.fleet.coordinator.empty() && chosen.dry_run)
    return {errc::usage, "--dry-run is not for a fleet", "use `flotilla plan` where the source is"};
  if (chosen.fleet.lease < shortest_lease)
    return {errc::usage, "--lease is at least 1s", "the default, 5s, suits most networks"};
  if (chosen.what == command::limit && !chosen.fleet.new_uploads && !chosen.fleet.new_bandwidth)
    return {errc::usage, "what is to be limited?", "give --uploads, --bandwidth or both"};
  if (auto missing = check_presence(chosen); missing.code != errc::none)
    return missing;
  return check_files(chosen);
}

} // namespace flotilla::app
