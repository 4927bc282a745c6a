#include "app/commands.hpp"

#include "app/admin_server.hpp"
#include "app/credentials.hpp"
#include "app/environment.hpp"
#include "app/exit_code.hpp"
#include "app/fleet_of_one.hpp"
#include "app/log.hpp"
#include "app/output.hpp"
#include "app/progress.hpp"
#include "app/report.hpp"
#include "app/signals.hpp"
#include "app/state.hpp"
#include "app/version.hpp"
#include "protocol/text.hpp"
#include "protocol/token.hpp"
#include "sources/source.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <memory>
#include <utility>

namespace flotilla::app {

using protocol::errc;
using protocol::failure;

namespace {

/// Sent in so many bytes, a push says something about the registry's speed.
constexpr std::uint64_t enough_to_tell = 8 << 20;

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

/// Where models may lie, when this process looks for them.
sources::source_options surroundings() {
  sources::source_options around;
  around.home = environment("HOME");
  around.ollama_models = environment("OLLAMA_MODELS");
  return around;
}

actors::purpose purpose_of(const options& chosen) {
  if (chosen.what == command::verify)
    return actors::purpose::verify;
  return chosen.what == command::plan || chosen.dry_run ? actors::purpose::plan
                                                        : actors::purpose::push;
}

bool is_plain_http(const options& chosen, const protocol::reference& target) {
  if (chosen.plain_http)
    return *chosen.plain_http;
  auto speaks_tls
    = !chosen.tls.ca_file.empty() || !chosen.tls.client_cert.empty() || !chosen.tls.verify;
  return !speaks_tls && protocol::is_loopback(protocol::registry_endpoint(target.host, true).host);
}

actors::push_order make_order(const options& chosen, const protocol::reference& target,
                              std::string mount_from) {
  actors::push_order order;
  order.source = {chosen.source, chosen.manifest_file};
  order.mount_from = std::move(mount_from);
  order.target = target;
  order.at
    = {protocol::registry_endpoint(target.host, !is_plain_http(chosen, target)), target.repository};
  order.tags = chosen.tags;
  order.options.to = purpose_of(chosen);
  order.options.check = chosen.check;
  order.options.verify = chosen.verify;
  order.options.uploads = chosen.uploads;
  order.options.checks = chosen.checks;
  order.options.retry_budget = chosen.retry_budget;
  return order;
}

transport::engine_options make_engine(const options& chosen) {
  transport::engine_options engine;
  engine.tls = chosen.tls;
  engine.stall_timeout = chosen.stall_timeout;
  engine.bandwidth = chosen.bandwidth;
  engine.connections = long{chosen.checks} + 4L * long{chosen.uploads};
  engine.user_agent = "flotilla/" + std::string{program_version};
  return engine;
}

int refuse(const options& chosen, const failure& why) {
  say_failure(why);
  if (chosen.json)
    if (auto code = write_out(render(json_failure(why)) + '\n'); code != exit_done)
      return code;
  return exit_code_of(why.code);
}

/// A registry refuses without saying whom: without that nobody knows which login to mend.
void name_user(failure& why, const protocol::reference& target,
               const protocol::result<protocol::credentials>& who) {
  if (why.code != errc::unauthorized || !who)
    return;
  auto user = protocol::printable(who->user, 80);
  if (!user.empty() && why.message.find(user) != std::string::npos)
    return;
  why.message += "; asked " + (user.empty() ? "without a login" : "as user " + user) + " for "
                 + protocol::repository_scope(target.repository, "pull,push");
}

void learn(state& kept, const protocol::reference& target, const actors::push_report& report) {
  const auto& last = report.last;
  if (report.why.code == errc::none && last.sent_bytes >= enough_to_tell && last.seconds > 0)
    kept.remember_rate(target.host, static_cast<double>(last.sent_bytes) / last.seconds);
}

std::string text_of(const options& chosen, const outcome& of, state& kept) {
  switch (purpose_of(chosen)) {
    case actors::purpose::plan: return plan_table(of, kept.rate_of(of.target.host));
    case actors::purpose::verify: return verification_text(of);
    case actors::purpose::push: break;
  }
  return summary(of);
}

int conclude(const options& chosen, const outcome& of, state& kept) {
  const auto& why = of.report.why;
  auto failed = why.code != errc::none;
  if (failed)
    say_failure(why);
  std::string text;
  if (chosen.json) {
    auto report = json_report(of);
    if (purpose_of(chosen) == actors::purpose::plan)
      report["bytes_per_second"] = kept.rate_of(of.target.host);
    text = render(report) + '\n';
  } else if (!failed) {
    text = text_of(chosen, of, kept);
  }
  if (auto code = write_out(text); code != exit_done)
    return code;
  return exit_code_of(why.code);
}

} // namespace

int run_push(const options& chosen) {
  set_up_log(chosen);
  auto target = read_reference(chosen);
  if (!target)
    return refuse(chosen, target.error());
  auto mount_from = read_mount_source(chosen);
  if (!mount_from)
    return refuse(chosen, mount_from.error());
  std::string password;
  if (chosen.password_stdin) {
    auto given = read_password();
    if (!given)
      return refuse(chosen, given.error());
    password = std::move(*given);
  }
  auto kept = state::open(chosen);
  if (!kept)
    return refuse(chosen, kept.error());
  std::unique_ptr<admin_server> admin;
  if (!chosen.admin.empty()) {
    auto started = admin_server::start(chosen.admin);
    if (!started)
      return refuse(chosen, started.error());
    admin = std::move(*started);
  }
  auto find = [&](const std::string& host) { return find_credentials(chosen, password, host); };
  fleet_of_one fleet{make_engine(chosen), chosen.uploads, surroundings(), find};
  auto view = make_progress_view(chosen.progress, stderr);
  auto show = [&](const actors::push_status& status) {
    view->show(status);
    if (admin)
      admin->update(status);
  };
  auto report
    = fleet.run(make_order(chosen, *target, std::move(*mount_from)), show, is_interrupted);
  view->end();
  if (admin)
    admin->conclude(report);
  for (const auto& warning : report.warnings)
    spdlog::warn("{}", warning);
  if (report.manifests == 0) // the source could not be read: there is nothing to report on
    return refuse(chosen, report.why);
  name_user(report.why, *target, find(target->host));
  learn(*kept, *target, report);
  return conclude(chosen, {*target, chosen.source, report}, *kept);
}

} // namespace flotilla::app
