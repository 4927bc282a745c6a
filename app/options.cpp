#include "app/options.hpp"

namespace flotilla::app {

using protocol::errc;

namespace {

constexpr std::chrono::milliseconds shortest_stall{1000};
constexpr std::chrono::milliseconds shortest_budget{1000};
constexpr std::chrono::milliseconds shortest_lease{1000};

/// What belongs to the processes of a fleet cannot be said by whoever hands a push in.
protocol::failure check_fleet_push(const options& chosen) {
  if (!chosen.username.empty())
    return {errc::usage, "--username is no matter of a push that is handed to a fleet",
            "give it to the coordinator: it alone holds credentials"};
  if (!chosen.tls.ca_file.empty() || !chosen.tls.client_cert.empty() || !chosen.tls.verify)
    return {errc::usage, "TLS settings are no matter of a push that is handed to a fleet",
            "give them to the coordinator and to the workers"};
  if (chosen.dry_run)
    return {errc::usage, "--dry-run is not for a fleet", "use `flotilla plan` where the source is"};
  return {};
}

} // namespace

protocol::failure validate(const options& chosen) {
  if (chosen.password_stdin && chosen.username.empty())
    return {errc::usage, "--password-stdin needs --username", "give both"};
  if (!chosen.username.empty() && !chosen.password_stdin)
    return {errc::usage, "--username needs --password-stdin",
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
  if (!chosen.fleet.coordinator.empty() && chosen.what == command::push)
    return check_fleet_push(chosen);
  if (chosen.fleet.lease < shortest_lease)
    return {errc::usage, "--lease is at least 1s", "the default, 5s, suits most networks"};
  if (chosen.what == command::limit && !chosen.fleet.new_uploads && !chosen.fleet.new_bandwidth)
    return {errc::usage, "what is to be limited?", "give --uploads, --bandwidth or both"};
  return {};
}

} // namespace flotilla::app
