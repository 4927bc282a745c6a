#include "app/push_request.hpp"

#include "protocol/url.hpp"

#include <utility>

namespace flotilla::app {

using protocol::errc;
using protocol::failure;

namespace {

protocol::result<protocol::reference> read_reference(const options& chosen) {
  auto target = protocol::parse_reference(chosen.reference);
  if (!target)
    return failure{errc::usage, target.error().message, target.error().hint};
  for (const auto& tag : chosen.tags)
    if (auto parsed = protocol::parse_tag(tag); !parsed)
      return failure{errc::usage, "--tag: " + parsed.error().message, parsed.error().hint};
  return target;
}

/// The repository of `--mount-from`, as a registry knows it; empty: none given.
protocol::result<std::string> read_mount_source(const options& chosen) {
  if (chosen.mount_from.empty())
    return std::string{};
  auto repository = protocol::parse_repository(chosen.mount_from);
  if (!repository)
    return failure{errc::usage, "--mount-from: " + repository.error().message,
                   repository.error().hint};
  return repository;
}

bool is_plain_http(const options& chosen, const protocol::reference& target) {
  if (chosen.plain_http)
    return *chosen.plain_http;
  auto speaks_tls
    = !chosen.tls.ca_file.empty() || !chosen.tls.client_cert.empty() || !chosen.tls.verify;
  return !speaks_tls && protocol::is_loopback(protocol::registry_endpoint(target.host, true).host);
}

} // namespace

actors::purpose purpose_of(const options& chosen) {
  if (chosen.what == command::verify)
    return actors::purpose::verify;
  return chosen.what == command::plan || chosen.dry_run ? actors::purpose::plan
                                                        : actors::purpose::push;
}

protocol::result<actors::push_order> read_order(const options& chosen) {
  auto target = read_reference(chosen);
  if (!target)
    return target.error();
  auto mount_from = read_mount_source(chosen);
  if (!mount_from)
    return mount_from.error();
  actors::push_order order;
  order.source = {chosen.source, chosen.manifest_file};
  order.mount_from = std::move(*mount_from);
  order.target = *target;
  order.at = {protocol::registry_endpoint(target->host, !is_plain_http(chosen, *target)),
              target->repository};
  order.tags = chosen.tags;
  order.options.to = purpose_of(chosen);
  order.options.check = chosen.check;
  order.options.verify = chosen.verify;
  order.options.uploads = chosen.uploads;
  order.options.max_uploads = chosen.max_uploads;
  order.options.checks = chosen.checks;
  order.options.bandwidth = chosen.bandwidth;
  order.options.chunk = chosen.chunk;
  order.options.retry_budget = chosen.retry_budget;
  return order;
}

} // namespace flotilla::app
