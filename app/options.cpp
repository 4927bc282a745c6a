#include "app/options.hpp"

namespace flotilla::app {

using protocol::errc;

namespace {

constexpr std::chrono::milliseconds shortest_stall{1000};
constexpr std::chrono::milliseconds shortest_budget{1000};

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
  return {};
}

} // namespace flotilla::app
