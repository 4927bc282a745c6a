#include "app/report.hpp"

#include "app/exit_code.hpp"
#include "app/progress.hpp"
#include "app/units.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace flotilla::app {

using nlohmann::json;

namespace {

json error_of(const protocol::failure& why) {
  return {{"code", exit_code_of(why.code)},
          {"name", to_string(why.code)},
          {"message", why.message},
          {"hint", why.hint}};
}

/// Bytes of what did not have to be sent.
std::uint64_t saved_bytes(const actors::push_status& last) {
  return last.present.bytes + last.mounted.bytes + last.earlier_bytes;
}

json blob_counts(const actors::push_status& last) {
  return {{"total", last.total.blobs},
          {"present", last.present.blobs},
          {"mounted", last.mounted.blobs},
          {"uploaded", last.uploaded.blobs},
          {"resumed", last.resumed.blobs}};
}

json absent_blobs(const outcome& of) {
  auto list = json::array();
  for (const auto& absent : of.report.absent) {
    list.push_back(
      {{"digest", absent.id.to_string()}, {"size", absent.size}, {"mountable", absent.mountable}});
  }
  return list;
}

struct absent_sums {
  protocol::ledger::tally to_send, mountable;
};

absent_sums sums_of(const outcome& of) {
  absent_sums sums;
  for (const auto& absent : of.report.absent) {
    auto& sum = absent.mountable ? sums.mountable : sums.to_send;
    sum.blobs += 1;
    sum.bytes += absent.size;
  }
  return sums;
}

std::string padded(std::string text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

std::string row(const char* name, const protocol::ledger::tally& sum) {
  std::string line = "  ";
  line += name;
  line.resize(14, ' ');
  return line + padded(human_count(sum.blobs), 11) + padded(human_bytes(sum.bytes), 14) + '\n';
}

} // namespace

json json_report(const outcome& of) {
  const auto& last = of.report.last;
  json nodes = json::array();
  for (const auto& node : of.report.nodes)
    nodes.push_back({{"name", node.name},
                     {"blobs", node.blobs},
                     {"bytes", node.bytes},
                     {"seconds", node.seconds}});
  json retries = json::object();
  for (const auto& retry : last.retries)
    retries[retry.reason] = retry.count;
  json report{{"reference", of.target.to_string()},
              {"digest", of.report.model.to_string()},
              {"tags", of.report.tags},
              {"blobs", blob_counts(last)},
              {"bytes",
               {{"total", last.total.bytes},
                {"sent", last.sent_bytes},
                {"resent", last.resent_bytes},
                {"saved", saved_bytes(last)}}},
              {"seconds", last.seconds},
              {"retries", retries},
              {"throttled_seconds", last.throttled_seconds},
              {"bottleneck", of.report.bottleneck},
              {"nodes", nodes},
              {"manifest_present", of.report.manifest_present},
              {"warnings", of.report.warnings}};
  if (!of.report.absent.empty())
    report["absent"] = absent_blobs(of);
  for (const auto& difference : of.report.differences)
    report["differences"].push_back(difference.message);
  if (of.report.why.code != protocol::errc::none)
    report["error"] = error_of(of.report.why);
  return report;
}

json json_failure(const protocol::failure& why) {
  return {{"error", error_of(why)}};
}

json progress_event(const actors::push_status& status) {
  json retries = json::object();
  for (const auto& retry : status.retries)
    retries[retry.reason] = retry.count;
  return {{"event", "progress"},
          {"phase", to_string(status.now)},
          {"seconds", status.seconds},
          {"blobs", blob_counts(status)},
          {"bytes",
           {{"total", status.total.bytes},
            {"done", done_bytes(status)},
            {"sent", status.sent_bytes},
            {"resent", status.resent_bytes}}},
          {"on_the_wire", status.bodies_in_all},
          {"nodes", status.nodes},
          {"paused", status.paused},
          {"waiting", status.waiting},
          {"retries", retries}};
}

std::string render(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string summary(const outcome& of) {
  const auto& last = of.report.last;
  auto text = "pushed " + of.target.by_digest(of.report.model) + '\n';
  if (!of.report.tags.empty()) {
    text += "  tagged ";
    for (const auto& tag : of.report.tags)
      text += (&tag == &of.report.tags.front() ? "" : ", ") + tag;
    text += '\n';
  }
  text += "  " + plural(last.total.blobs, "blob") + ", " + human_bytes(last.total.bytes) + ": "
          + human_count(last.present.blobs) + " present, " + human_count(last.mounted.blobs)
          + " mounted, " + human_count(last.uploaded.blobs + last.resumed.blobs) + " uploaded\n";
  auto sent = last.sent_bytes == 0 ? std::string{"nothing"} : human_bytes(last.sent_bytes);
  text += "  " + sent + " sent in " + human_duration(last.seconds);
  if (last.seconds > 0 && last.sent_bytes > 0)
    text += ", " + human_rate(static_cast<double>(last.sent_bytes) / last.seconds);
  if (!of.report.bottleneck.empty())
    text += "; the " + of.report.bottleneck + " set the pace";
  text += '\n';
  for (const auto& retry : last.retries)
    text += "  tried again " + human_count(retry.count) + " x for " + retry.reason + '\n';
  return text;
}

std::string plan_table(const outcome& of, double rate) {
  auto sums = sums_of(of);
  auto text
    = of.source + " -> " + of.target.to_string() + " (" + of.report.model.to_string() + ")\n";
  text += "                   blobs         bytes\n";
  text += row("present", of.report.last.present) + row("mountable", sums.mountable)
          + row("to send", sums.to_send) + row("total", of.report.last.total);
  text += "  " + plural(of.report.manifests, "manifest")
          + (of.report.manifest_present ? ", already there\n" : " to put\n");
  constexpr std::size_t most_listed = 20;
  std::size_t listed = 0;
  for (const auto& absent : of.report.absent) {
    if (listed++ == most_listed)
      break;
    text += std::string{absent.mountable ? "  mount " : "  send  "} + absent.id.to_string()
            + padded(human_bytes(absent.size), 14) + '\n';
  }
  if (of.report.absent.size() > most_listed)
    text += "  … and " + human_count(of.report.absent.size() - most_listed)
            + " more; --json lists them all\n";
  if (sums.to_send.bytes == 0)
    return text;
  if (rate <= 0)
    return text + "  how long it takes is known after a first push to this registry\n";
  return text + "  about " + human_duration(static_cast<double>(sums.to_send.bytes) / rate)
         + " at the " + human_rate(rate) + " of the last push to this registry\n";
}

std::string verification_text(const outcome& of) {
  if (of.report.differences.empty())
    return of.target.by_digest(of.report.model)
           + " is served as the source holds it: " + plural(of.report.manifests, "manifest") + ", "
           + plural(of.report.last.total.blobs, "blob") + '\n';
  std::string text;
  for (const auto& difference : of.report.differences)
    text += difference.message + '\n';
  return text;
}

} // namespace flotilla::app
