#include "app/fleet_of_one.hpp"

#include "actors/coordinator.hpp"
#include "actors/errors.hpp"
#include "actors/hasher.hpp"
#include "actors/http.hpp"
#include "actors/keeper.hpp"
#include "actors/node.hpp"
#include "actors/surveyor.hpp"
#include "actors/system_config.hpp"
#include "app/version.hpp"

#include <caf/all.hpp>

#include <utility>

namespace flotilla::app {

namespace atom = flotilla::atom;

namespace {

constexpr std::chrono::milliseconds glance{100};
/// For a registry to delete the sessions of a push that was stopped. Whoever stopped it waits.
constexpr std::chrono::seconds tidying_takes{2};

} // namespace

struct fleet_of_one::impl {
  std::shared_ptr<transport::curl_engine> engine;
  actors::system_config config;
  caf::actor_system system{config};
  actors::http_actor http;
  actors::coordinator_actor coordinator;
  actors::node_actor node;
  actors::surveyor_actor surveyor;
  actors::token_actor tokens;
  actors::keeper_actor keeper;

  void let_node_tidy_up() {
    caf::scoped_actor self{system};
    self->request(node, tidying_takes, atom::leave_v)
      .receive([](bool) {}, [](const caf::error&) {});
  }

  /// Has `whom` told when that push has ended: `ended` and the report.
  void wait_for(const std::string& push, const caf::actor& whom) {
    system.spawn([this, push, whom](caf::event_based_actor* self) {
      auto tell = [whom](actors::push_report& report) {
        caf::anon_send(whom, atom::ended_v, std::move(report));
      };
      self->request(coordinator, caf::infinite, atom::await_v, push)
        .then(tell, [tell](const caf::error& error) {
          actors::push_report none;
          none.why = actors::to_failure(error);
          tell(none);
        });
    });
  }
};

fleet_of_one::fleet_of_one(transport::engine_options engine, std::uint32_t uploads,
                           sources::source_options around, actors::credential_finder find,
                           std::string state_dir, std::shared_ptr<actors::exchange_watch> watch)
  : impl_(std::make_unique<impl>()) {
  auto& to = *impl_;
  actors::node_options crew;
  crew.laggards.window = engine.stall_timeout;
  to.engine = std::make_shared<transport::curl_engine>(std::move(engine));
  to.http = to.system.spawn(actors::http, to.engine, std::move(watch));
  to.tokens = to.system.spawn(actors::token, to.http, std::move(find));
  to.keeper = to.system.spawn<caf::detached>(actors::keeper, std::move(state_dir));
  actors::coordinator_setting head;
  head.version = program_version;
  head.rules.alone = true;
  head.http = to.http;
  head.tokens = head.node_tokens = to.tokens;
  head.keeper = to.keeper;
  to.coordinator
    = to.system.spawn(actors::coordinator, std::move(head), std::vector<actors::kept_push>{});
  to.surveyor = to.system.spawn<caf::detached>(actors::surveyor, std::move(around));
  crew.uploads = uploads;
  actors::node_info info;
  info.id = crew.id;
  info.name = crew.name;
  info.uploads = uploads;
  to.node = to.system.spawn(actors::node, to.http, to.surveyor,
                            to.system.spawn<caf::detached>(actors::hasher), std::move(crew));
  caf::anon_send(to.coordinator, atom::join_v, std::move(info), to.node, to.surveyor);
}

fleet_of_one::~fleet_of_one() {
  constexpr auto reason = caf::exit_reason::user_shutdown;
  impl_->let_node_tidy_up();
  caf::anon_send_exit(impl_->coordinator, reason);
  caf::anon_send_exit(impl_->node, reason);
  caf::anon_send_exit(impl_->surveyor, reason);
  caf::anon_send_exit(impl_->keeper, reason);
  caf::anon_send_exit(impl_->tokens, reason);
  impl_->engine->stop(); // answers whoever still waits
  caf::anon_send_exit(impl_->http, reason);
}

actors::push_report fleet_of_one::run(actors::push_order order,
                                      const std::function<void(const actors::push_status&)>& show,
                                      const std::function<bool()>& is_interrupted) {
  caf::scoped_actor self{impl_->system};
  actors::push_report report;
  std::string id;
  self->request(impl_->coordinator, caf::infinite, atom::submit_v, std::move(order))
    .receive([&](std::string& given) { id = std::move(given); },
             [&](const caf::error& error) { report.why = actors::to_failure(error); });
  if (id.empty())
    return report;
  const auto me = caf::actor_cast<caf::actor>(self);
  impl_->wait_for(id, me);
  // A message and not `caf::after`, which waits for a time of day: a clock that is set back would
  // make us deaf and dumb for as long.
  const auto look_soon = [&] { self->delayed_send(me, glance, atom::tick_v); };
  look_soon();
  bool ended = false;
  bool stopped = false;
  while (!ended) {
    self->receive(
      [&](atom::ended, actors::push_report& last) {
        report = std::move(last);
        ended = true;
      },
      [&](atom::tick) {
        if (is_interrupted() && !std::exchange(stopped, true))
          self->request(impl_->coordinator, caf::infinite, atom::cancel_v, id)
            .receive([](bool) {}, [](const caf::error&) {});
        self->request(impl_->coordinator, caf::infinite, atom::status_v, id)
          .receive([&](const actors::push_overview& now) { show(now.status); },
                   [](const caf::error&) {});
        look_soon();
      });
  }
  return report;
}

} // namespace flotilla::app
