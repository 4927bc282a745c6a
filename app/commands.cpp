#include "app/commands.hpp"

#include "app/conclusion.hpp"
#include "app/credentials.hpp"
#include "app/engine.hpp"
#include "app/fleet_of_one.hpp"
#include "app/log.hpp"
#include "app/progress.hpp"
#include "app/push_monitor.hpp"
#include "app/push_request.hpp"
#include "app/signals.hpp"
#include "app/state.hpp"
#include "app/surroundings.hpp"
#include "protocol/text.hpp"
#include "protocol/token.hpp"

#include <spdlog/spdlog.h>

#include <memory>
#include <utility>

namespace flotilla::app {

using protocol::errc;
using protocol::failure;

namespace {

/// Sent in so many bytes, a push says something about the registry's speed.
constexpr std::uint64_t enough_to_tell = 8 << 20;

/// A registry refuses without saying whom: without that nobody knows which login to mend.
void name_user(failure& why, const actors::push_order& order,
               const protocol::result<protocol::credentials>& who) {
  if (who && why.hint == protocol::log_in_hint)
    why.hint = log_in_hint_for(*who);
  if (!who || (!who->source.empty() && why.message.find(who->source) != std::string::npos))
    return;
  const auto user = protocol::printable(who->user, 80);
  if (!user.empty() && why.message.find(user) != std::string::npos) {
    why.message += who->source.empty() ? "" : "; the login is that of " + who->source;
    return;
  }
  auto actions = order.options.to == actors::purpose::push ? "pull,push" : "pull";
  why.message += "; asked " + describe(*who) + " for "
                 + protocol::repository_scope(order.target.repository, actions);
}

void learn(state& kept, const std::string& host, const actors::push_report& report) {
  const auto& last = report.last;
  if (report.why.code == errc::none && last.sent_bytes >= enough_to_tell && last.seconds > 0)
    kept.remember_rate(host, static_cast<double>(last.sent_bytes) / last.seconds);
}

/// What a push in this process needs besides its order.
struct equipment {
  state kept;
  std::unique_ptr<push_monitor> admin; ///< null: none
  actors::credential_finder find;
};

protocol::result<equipment> equip(const options& chosen) {
  auto find = credentials_of(chosen);
  if (!find)
    return find.error();
  auto kept = state::open(chosen);
  if (!kept)
    return kept.error();
  equipment all{std::move(*kept), nullptr, std::move(*find)};
  if (!chosen.admin.empty()) {
    auto started = push_monitor::start(chosen.admin);
    if (!started)
      return started.error();
    all.admin = std::move(*started);
  }
  return all;
}

actors::push_report run(const options& chosen, const actors::push_order& order,
                        const equipment& with) {
  fleet_of_one fleet{make_engine(chosen), chosen.uploads,
                     surroundings(),      with.find,
                     with.kept.dir(),     with.admin ? with.admin->requests() : nullptr};
  auto view = make_progress_view(chosen.progress, stderr);
  auto show = [&](const actors::push_status& status) {
    view->show(status);
    if (with.admin)
      with.admin->update(status);
  };
  auto report = fleet.run(order, show, is_interrupted);
  view->end();
  if (with.admin)
    with.admin->conclude(report);
  return report;
}

} // namespace

int run_push(const options& chosen) {
  set_up_log(chosen);
  auto order = read_order(chosen);
  if (!order)
    return refuse(chosen, order.error());
  auto with = equip(chosen);
  if (!with)
    return refuse(chosen, with.error());
  auto report = run(chosen, *order, *with);
  for (const auto& warning : report.warnings)
    spdlog::warn("{}", warning);
  if (report.manifests == 0) // the source could not be read: there is nothing to report on
    return refuse(chosen, report.why);
  const auto& host = order->target.host;
  if (report.why.code == errc::unauthorized)
    name_user(report.why, *order,
              actors::find_for(with->find, order->at.registry(), order->at.repository()));
  learn(with->kept, host, report);
  return conclude(chosen, {order->target, chosen.source, report}, with->kept.rate_of(host));
}

} // namespace flotilla::app
