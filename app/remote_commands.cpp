#include "app/commands.hpp"
#include "app/conclusion.hpp"
#include "app/exit_code.hpp"
#include "app/fleet_line.hpp"
#include "app/fleet_text.hpp"
#include "app/log.hpp"
#include "app/output.hpp"
#include "app/signals.hpp"

#include <nlohmann/json.hpp>

#include <thread>

namespace flotilla::app {

using protocol::errc;

namespace {

constexpr std::chrono::seconds watch_every{1};

template <class T>
nlohmann::json array_of(const std::vector<T>& all) {
  auto list = nlohmann::json::array();
  for (const auto& each : all)
    list.push_back(json_of(each));
  return list;
}

protocol::result<std::string> describe_all(fleet_line& line, bool json) {
  auto pushes = line.ask<std::vector<actors::push_overview>>(atom::list_v);
  if (!pushes)
    return pushes.error();
  auto nodes = line.ask<std::vector<actors::node_overview>>(atom::nodes_v);
  if (!nodes)
    return nodes.error();
  if (json)
    return render({{"pushes", array_of(*pushes)}, {"nodes", array_of(*nodes)}}) + '\n';
  return pushes_table(*pushes) + '\n' + nodes_table(*nodes);
}

protocol::result<std::string> describe(fleet_line& line, const options& chosen, bool& ended) {
  if (chosen.fleet.id.empty())
    return describe_all(line, chosen.json);
  auto push = line.ask<actors::push_overview>(atom::status_v, chosen.fleet.id);
  if (!push)
    return push.error();
  ended = push->ended;
  return chosen.json ? render(json_of(*push)) + '\n' : push_page(*push);
}

int show_status(fleet_line& line, const options& chosen) {
  for (bool ended = false;;) {
    auto text = describe(line, chosen, ended);
    if (!text)
      return refuse(chosen, text.error());
    if (auto code = write_out(*text); code != exit_done)
      return code;
    if (!chosen.fleet.watch || ended)
      return exit_done;
    std::this_thread::sleep_for(watch_every);
    if (is_interrupted())
      return exit_interrupted;
  }
}

actors::limit_change change_of(const options& chosen) {
  actors::limit_change change;
  const auto& wanted = chosen.fleet;
  change.sets_uploads = wanted.new_uploads.has_value();
  change.uploads = wanted.new_uploads.value_or(32);
  change.sets_bandwidth = wanted.new_bandwidth.has_value();
  change.bandwidth = wanted.new_bandwidth.value_or(0);
  return change;
}

protocol::result<bool> tell(fleet_line& line, const options& chosen) {
  const auto& id = chosen.fleet.id;
  switch (chosen.what) {
    case command::cancel: return line.ask<bool>(atom::cancel_v, id);
    case command::pause: return line.ask<bool>(atom::pause_v, id);
    case command::resume: return line.ask<bool>(atom::resume_v, id);
    default: return line.ask<bool>(atom::limit_v, id, change_of(chosen));
  }
}

} // namespace

int run_remote(const options& chosen) {
  set_up_log(chosen);
  auto line = fleet_line::open(chosen);
  if (!line)
    return refuse(chosen, line.error());
  if (chosen.what == command::status)
    return show_status(**line, chosen);
  auto told = tell(**line, chosen);
  if (!told)
    return refuse(chosen, told.error());
  if (!*told)
    return refuse(chosen, {errc::usage, "push " + chosen.fleet.id + " has ended", {}});
  return write_out(chosen.json ? render({{"id", chosen.fleet.id}}) + '\n' : std::string{});
}

} // namespace flotilla::app
