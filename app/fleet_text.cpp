#include "app/fleet_text.hpp"

#include "app/progress.hpp"
#include "app/progress_bar.hpp"
#include "app/report.hpp"
#include "app/units.hpp"
#include "protocol/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace flotilla::app {

using actors::node_overview;
using actors::push_overview;
using actors::push_status;
using nlohmann::json;
using protocol::errc;

namespace {

constexpr std::size_t id_width = 20; ///< columns, as are all of these
constexpr std::size_t source_width = 32;
constexpr std::size_t reference_width = 56;
constexpr std::size_t name_width = 32;
constexpr std::size_t roots_width = 56;
constexpr std::size_t admin_width = 32;
constexpr std::size_t most_bodies = 8;
constexpr std::size_t most_line = 2000; ///< bytes

// ---- tables ----------------------------------------------------------------------------------

/// A cell, printable and cut. UTF-8 takes up to four bytes a character.
std::string cell(const std::string& text, std::size_t columns) {
  return fitted(protocol::printable(text, 4 * columns), columns);
}

std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

enum class side : std::uint8_t { left, right };

template <std::size_t N>
using row = std::array<std::string, N>;

/// Aligned, two blanks between columns. The first row has the headings.
template <std::size_t N>
std::string table(const std::array<side, N>& sides, const std::vector<row<N>>& rows) {
  std::array<std::size_t, N> widths{};
  for (const auto& each : rows)
    for (std::size_t i = 0; i < N; ++i)
      widths[i] = std::max(widths[i], width_of(each[i]));
  std::string text;
  for (const auto& each : rows) {
    std::string line;
    for (std::size_t i = 0; i < N; ++i) {
      const std::string blanks(widths[i] - width_of(each[i]), ' ');
      line += (i == 0 ? "" : "  ");
      line += sides[i] == side::right ? blanks + each[i] : each[i] + blanks;
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  return text;
}

// ---- pushes ----------------------------------------------------------------------------------

/// How it ended, in a word or two.
std::string end_of(const push_overview& push) {
  switch (push.why.code) {
    case errc::none: return "done";
    case errc::interrupted: return "interrupted";
    default: return std::string{"failed: "} + to_string(push.why.code);
  }
}

std::string state_of(const push_overview& push) {
  if (push.ended)
    return end_of(push);
  const auto& now = push.status;
  return std::string{to_string(now.now)} + (now.paused ? ", paused" : "")
         + (now.waiting.empty() ? "" : ", waiting") + (now.in_trouble ? ", trying again" : "");
}

/// Before the source was read nobody knows what there is to do.
bool knows_its_blobs(const push_status& status) {
  return status.total.blobs > 0;
}

std::string percent_of(const push_status& status) {
  if (!knows_its_blobs(status))
    return "-";
  if (status.total.bytes == 0)
    return "100 %";
  const auto share
    = 100.0 * static_cast<double>(done_bytes(status)) / static_cast<double>(status.total.bytes);
  return std::to_string(static_cast<unsigned>(share)) + " %";
}

std::string bytes_of(const push_status& status) {
  if (!knows_its_blobs(status))
    return "-";
  return human_bytes(done_bytes(status)) + " of " + human_bytes(status.total.bytes);
}

row<6> row_of(const push_overview& push) {
  return {cell(push.id, id_width),
          state_of(push),
          percent_of(push.status),
          bytes_of(push.status),
          push.ended ? "-" : human_count(push.status.nodes),
          cell(push.source, source_width) + " -> " + cell(push.reference, reference_width)};
}

/// A line of the page: what it is about, and that.
std::string item(std::string label, const std::string& text) {
  label.resize(std::max<std::size_t>(label.size(), 10), ' ');
  return "  " + label + ' ' + protocol::printable(text, most_line) + '\n';
}

std::string blobs_item(const push_status& s) {
  return item("blobs", human_count(s.total.blobs) + ": " + human_count(s.present.blobs)
                         + " present, " + human_count(s.mounted.blobs) + " mounted, "
                         + human_count(s.uploaded.blobs) + " uploaded, "
                         + human_count(s.resumed.blobs) + " resumed, "
                         + human_count(s.missing.blobs) + " missing");
}

std::string sent_item(const push_status& s) {
  auto text = human_bytes(s.sent_bytes);
  if (s.resent_bytes > 0)
    text += ", " + human_bytes(s.resent_bytes) + " of it again";
  return item("sent", text);
}

/// Seconds that another process tells may be no number.
double sane(double seconds) {
  constexpr double longest = 1e9;
  return seconds > 0 ? std::min(seconds, longest) : 0;
}

std::string time_item(const push_overview& push) {
  const auto& s = push.status;
  auto text = human_duration(sane(s.seconds));
  if (sane(s.throttled_seconds) > 0)
    text += ", " + human_duration(sane(s.throttled_seconds))
            + " of it held back by the registry's 429 or 503";
  return item(push.ended ? "took" : "runs for", text);
}

std::string wire_items(const push_status& s) {
  std::string text;
  const auto shown = std::min(s.bodies.size(), most_bodies);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& body = s.bodies[i];
    text += item("on wire",
                 body.id.brief() + ": " + human_bytes(body.sent) + " of " + human_bytes(body.size));
  }
  if (shown > 0 && s.bodies_in_all > shown)
    text += item("on wire", "and " + human_count(s.bodies_in_all - shown) + " more");
  return text;
}

/// What happens to a push that has not ended.
std::string running_items(const push_status& s) {
  auto text = item("now", progress_line(s, 0)) + item("nodes", human_count(s.nodes));
  if (const auto trouble = setback_line(s); s.in_trouble && !trouble.empty())
    text += item("trouble", trouble);
  return text;
}

std::string end_items(const push_overview& push) {
  auto text = item("ended", end_of(push));
  if (!push.why.message.empty())
    text += item("why", push.why.message);
  if (!push.why.hint.empty())
    text += item("hint", push.why.hint);
  return text;
}

// ---- nodes -----------------------------------------------------------------------------------

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const auto& text : texts)
    all += (all.empty() ? "" : ", ") + text;
  return all;
}

row<5> row_of(const node_overview& node) {
  const auto& info = node.info;
  return {cell(info.name, name_width), human_count(info.uploads),
          info.roots.empty() ? "all" : cell(joined(info.roots), roots_width),
          info.admin.empty() ? "-" : cell(info.admin, admin_width),
          human_duration(sane(node.seen_seconds)) + " ago"};
}

} // namespace

std::string pushes_table(const std::vector<push_overview>& pushes) {
  if (pushes.empty())
    return "no push has been handed in yet: "
           "flotilla push --coordinator HOST:PORT SOURCE REFERENCE\n";
  std::vector<row<6>> rows{{"id", "state", "done", "bytes", "nodes", "source -> reference"}};
  for (const auto& push : pushes)
    rows.push_back(row_of(push));
  return table<6>({side::left, side::left, side::right, side::right, side::right, side::left},
                  rows);
}

std::string nodes_table(const std::vector<node_overview>& nodes) {
  if (nodes.empty())
    return "no node has joined: flotilla worker --coordinator HOST:PORT --root DIR\n";
  std::vector<row<5>> rows{{"node", "uploads", "roots", "admin", "seen"}};
  for (const auto& node : nodes)
    rows.push_back(row_of(node));
  return table<5>({side::left, side::right, side::left, side::left, side::right}, rows);
}

std::string push_page(const push_overview& push) {
  const auto& s = push.status;
  auto text = "push " + cell(push.id, id_width) + '\n' + item("source", push.source)
              + item("reference", push.reference);
  text += push.ended ? end_items(push) : running_items(s);
  if (push.ended && knows_its_blobs(s))
    text += item("done", bytes_of(s) + " (" + percent_of(s) + ')');
  if (knows_its_blobs(s))
    text += blobs_item(s) + sent_item(s);
  text += time_item(push);
  for (const auto& retry : s.retries)
    text += item("retried", human_count(retry.count) + " x for " + retry.reason);
  return push.ended ? text : text + wire_items(s);
}

json json_of(const push_overview& push) {
  auto object = progress_event(push.status);
  object.erase("event"); // it is a state
  if (push.ended)
    object["phase"] = to_string(actors::phase::ended);
  object["id"] = push.id;
  object["source"] = push.source;
  object["reference"] = push.reference;
  object["ended"] = push.ended;
  const auto& setback = push.status.last_setback;
  if (push.status.in_trouble && !push.ended)
    object["setback"] = {{"reason", setback.reason},
                         {"detail", setback.detail},
                         {"wait_seconds", std::chrono::duration<double>(setback.wait).count()}};
  if (push.why.code != errc::none)
    object["error"] = json_failure(push.why)["error"];
  return object;
}

json json_of(const node_overview& node) {
  const auto& info = node.info;
  return {{"name", info.name},       {"id", info.id},
          {"uploads", info.uploads}, {"checks", info.checks},
          {"roots", info.roots},     {"admin", info.admin},
          {"pushes", info.pushes},   {"seen_seconds", node.seen_seconds},
          {"leaving", node.leaving}};
}

} // namespace flotilla::app
