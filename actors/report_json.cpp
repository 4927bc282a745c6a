#include "actors/order_json.hpp"

#include "actors/json_reader.hpp"
#include "protocol/text.hpp"

#include <algorithm>
#include <cmath>

namespace flotilla::actors {

using nlohmann::json;
using protocol::errc;
using protocol::failure;
using protocol::result;

namespace {

constexpr std::size_t most_text = 16 << 10; ///< bytes
constexpr std::size_t most_warnings = 100;
constexpr std::size_t most_differences = 100;
constexpr std::size_t most_retries = 100;
constexpr std::size_t most_nodes = 1000;

struct tally_name {
  const char* name;
  protocol::ledger::tally push_status::*tally;
};
constexpr tally_name tallies[]
  = {{"total", &push_status::total},     {"present", &push_status::present},
     {"mounted", &push_status::mounted}, {"uploaded", &push_status::uploaded},
     {"resumed", &push_status::resumed}, {"missing", &push_status::missing}};

struct seconds_name {
  const char* name;
  double node_share::*seconds;
};
constexpr seconds_name times[] = {{"seconds", &node_share::seconds},
                                  {"disk_seconds", &node_share::disk_seconds},
                                  {"wire_seconds", &node_share::wire_seconds},
                                  {"registry_seconds", &node_share::registry_seconds}};

std::string shown(const std::string& text) {
  return protocol::printable(text, most_text);
}

/// JSON has no other numbers.
double finite(double seconds) {
  return std::isfinite(seconds) ? std::max(0.0, seconds) : 0;
}

/// The first `most` of a list, each as `one` has it.
template <class T, class One>
json first_of(const std::vector<T>& list, std::size_t most, One one) {
  auto array = json::array();
  for (std::size_t i = 0; i < std::min(list.size(), most); ++i)
    array.push_back(one(list[i]));
  return array;
}

json json_of(const failure& why) {
  return {
    {"code", to_string(why.code)}, {"message", shown(why.message)}, {"hint", shown(why.hint)}};
}

json json_of(const reason_count& retry) {
  return {{"reason", shown(retry.reason)}, {"count", retry.count}};
}

json json_of(const node_share& node) {
  json object{{"name", shown(node.name)}, {"blobs", node.blobs}, {"bytes", node.bytes}};
  for (const auto& each : times)
    object[each.name] = finite(node.*each.seconds);
  return object;
}

json tallies_of(const push_status& last) {
  auto object = json::object();
  for (const auto& each : tallies)
    object[each.name] = {{"blobs", (last.*each.tally).blobs}, {"bytes", (last.*each.tally).bytes}};
  return object;
}

result<errc> parse_code(std::string_view text) {
  constexpr std::string_view behind_the_last = "unknown"; // as to_string has it
  for (std::uint8_t i = 0; to_string(static_cast<errc>(i)) != behind_the_last; ++i)
    if (text == to_string(static_cast<errc>(i)))
      return static_cast<errc>(i);
  return unknown_word(text);
}

void read_shown(json_reader& from, const char* name, std::string& to) {
  from.text(name, to);
  to = shown(to);
}

void read_shown(json_reader& from, const char* name, std::vector<std::string>& to) {
  from.texts(name, to);
  for (auto& each : to)
    each = shown(each);
}

void read_failure(json_reader& from, failure& to) {
  from.require({"code"});
  from.parsed("code", to.code, parse_code);
  read_shown(from, "message", to.message);
  read_shown(from, "hint", to.hint);
}

void read_tally(json_reader& from, protocol::ledger::tally& to) {
  from.number("blobs", to.blobs);
  from.number("bytes", to.bytes);
}

void read_node(json_reader& from, node_share& to) {
  read_shown(from, "name", to.name);
  from.number("blobs", to.blobs);
  from.number("bytes", to.bytes);
  for (const auto& each : times)
    from.seconds(each.name, to.*each.seconds);
}

void read_retry(json_reader& from, reason_count& to) {
  read_shown(from, "reason", to.reason);
  from.number("count", to.count);
}

/// A list of objects, each read by `one`.
template <class T, class One>
void read_list(json_reader& from, const char* name, std::vector<T>& to, One one) {
  from.objects(name, [&](json_reader& inner) { one(inner, to.emplace_back()); });
}

void read_last(json_reader& from, push_status& to) {
  to.now = phase::ended;
  from.object("tallies", [&](json_reader& inner) {
    for (const auto& each : tallies)
      inner.object(each.name, [&](json_reader& tally) { read_tally(tally, to.*each.tally); });
  });
  from.number("sent_bytes", to.sent_bytes);
  from.number("resent_bytes", to.resent_bytes);
  from.number("earlier_bytes", to.earlier_bytes);
  from.seconds("seconds", to.seconds);
  from.seconds("throttled_seconds", to.throttled_seconds);
  read_list(from, "retries", to.retries, read_retry);
}

} // namespace

std::string to_json(const push_report& report) {
  const auto& last = report.last;
  auto object = json_of(report.why);
  if (report.manifests > 0)
    object["model"] = report.model.to_string();
  object["manifests"] = report.manifests;
  object["manifest_present"] = report.manifest_present;
  object["bottleneck"] = shown(report.bottleneck);
  object["warnings"] = first_of(report.warnings, most_warnings, shown);
  object["tags"] = report.tags;
  object["differences"]
    = first_of(report.differences, most_differences, [](const auto& why) { return json_of(why); });
  object["tallies"] = tallies_of(last);
  object["sent_bytes"] = last.sent_bytes;
  object["resent_bytes"] = last.resent_bytes;
  object["earlier_bytes"] = last.earlier_bytes;
  object["seconds"] = finite(last.seconds);
  object["throttled_seconds"] = finite(last.throttled_seconds);
  object["retries"]
    = first_of(last.retries, most_retries, [](const auto& retry) { return json_of(retry); });
  object["nodes"]
    = first_of(report.nodes, most_nodes, [](const auto& node) { return json_of(node); });
  return json_line(object);
}

result<push_report> parse_push_report(std::string_view text) {
  constexpr auto what = "the report of a push";
  const auto object = read_json(what, text, most_report_bytes);
  if (!object)
    return object.error();
  failure why;
  push_report report;
  json_reader from{what, *object, why};
  read_failure(from, report.why);
  from.number("manifests", report.manifests);
  if (report.manifests > 0)
    from.require({"model"});
  from.parsed("model", report.model, protocol::digest::parse);
  from.flag("manifest_present", report.manifest_present);
  read_shown(from, "bottleneck", report.bottleneck);
  read_shown(from, "warnings", report.warnings);
  read_shown(from, "tags", report.tags);
  read_list(from, "differences", report.differences, read_failure);
  read_last(from, report.last);
  read_list(from, "nodes", report.nodes, read_node);
  if (from.failed())
    return why;
  return report;
}

} // namespace flotilla::actors
