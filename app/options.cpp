#include "app/options.hpp"

namespace flotilla::app {

using protocol::errc;

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
  if (chosen.what != command::push && !chosen.tags.empty())
    return {errc::usage, "--tag is for `flotilla push`", {}};
  return {};
}

} // namespace flotilla::app
