#include "app/commands.hpp"
#include "app/conclusion.hpp"
#include "app/exit_code.hpp"
#include "app/fleet_line.hpp"
#include "app/log.hpp"
#include "app/output.hpp"
#include "app/progress.hpp"
#include "app/push_request.hpp"
#include "app/report.hpp"
#include "app/signals.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <system_error>
#include <thread>

namespace flotilla::app {

using protocol::errc;
using protocol::failure;

namespace {

constexpr std::chrono::milliseconds glance{200};

/// Paths are read by other processes: one that is relative means nothing there.
std::string absolute(const std::string& path) {
  std::error_code error;
  auto full = std::filesystem::absolute(path, error);
  return error ? path : full.lexically_normal().string();
}

actors::source_query for_others(actors::source_query source) {
  for (const char* prefix : {"oci:", "blobs:"})
    if (source.text.rfind(prefix, 0) == 0)
      source.text = prefix + absolute(source.text.substr(std::string{prefix}.size()));
  if (source.text.find(':') == std::string::npos)
    source.text = absolute(source.text);
  if (!source.manifest_file.empty())
    source.manifest_file = absolute(source.manifest_file);
  return source;
}

/// How the registry is reached, and who we are to it, is the fleet's affair.
void say_what_is_ignored(const options& chosen) {
  if (!chosen.username.empty() || !chosen.ollama_key.empty())
    spdlog::warn("{} is ignored with --coordinator: the coordinator alone holds credentials",
                 chosen.username.empty() ? "--ollama-key" : "--username");
  if (!chosen.tls.ca_file.empty() || !chosen.tls.client_cert.empty() || !chosen.tls.verify)
    spdlog::warn("TLS settings for the registry are ignored with --coordinator: give them to the "
                 "coordinator and to the workers");
}

failure left_to_the_fleet(const std::string& id) {
  failure why{errc::interrupted, "no longer following push ", "`flotilla status "};
  why.message.append(id).append("; the fleet goes on");
  why.hint.append(id).append("` shows it, `flotilla cancel ").append(id).append("` stops it");
  return why;
}

/// Shows the push until it has ended. A coordinator that dies is waited for: it finds the push
/// again in its journal.
protocol::result<actors::push_report> follow(fleet_line& line, const options& chosen,
                                             const std::string& id) {
  auto view = make_progress_view(chosen.progress, stderr);
  for (;;) {
    if (auto why = line.reach(chosen.retry_budget); why.code != errc::none)
      return why;
    auto now = line.ask<actors::push_overview>(atom::status_v, id);
    if (!now && now.error().code != errc::no_node)
      return now.error();
    if (now && now->ended) {
      view->end();
      auto report = line.ask<actors::push_report>(atom::await_v, id);
      if (report || report.error().code != errc::no_node)
        return report;
      continue;
    }
    if (now)
      view->show(now->status);
    else
      spdlog::warn("{}; trying again", now.error().message);
    std::this_thread::sleep_for(glance);
    if (is_interrupted()) {
      view->end();
      return left_to_the_fleet(id);
    }
  }
}

} // namespace

int run_fleet_push(const options& chosen) {
  set_up_log(chosen);
  auto order = read_order(chosen);
  if (!order)
    return refuse(chosen, order.error());
  say_what_is_ignored(chosen);
  order->source = for_others(std::move(order->source));
  auto line = fleet_line::open(chosen);
  if (!line)
    return refuse(chosen, line.error());
  auto id = (*line)->ask<std::string>(atom::submit_v, *order);
  if (!id)
    return refuse(chosen, id.error());
  if (chosen.fleet.detach)
    return write_out(chosen.json ? render({{"id", *id}}) + '\n' : *id + '\n');
  spdlog::info("push {} is in the fleet's hands", *id);
  auto report = follow(**line, chosen, *id);
  if (!report)
    return refuse(chosen, report.error());
  for (const auto& warning : report->warnings)
    spdlog::warn("{}", warning);
  if (report->manifests == 0)
    return refuse(chosen, report->why);
  return conclude(chosen, {order->target, chosen.source, *report}, 0);
}

} // namespace flotilla::app
