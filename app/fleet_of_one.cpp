#include "app/fleet_of_one.hpp"

#include "actors/coordinator.hpp"
#include "actors/errors.hpp"
#include "actors/http.hpp"
#include "actors/node.hpp"

#include <caf/all.hpp>

#include <utility>

namespace flotilla::app {

namespace atom = flotilla::atom;

namespace {

constexpr std::chrono::milliseconds glance{100};

struct fleet_config : caf::actor_system_config {
  fleet_config() {
    add_message_types<caf::id_block::flotilla>();
    add_message_types<caf::id_block::flotilla_handles>();
    // The stealing policy polls: it burns processor time while all wait for a slow registry.
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", std::size_t{2});
  }
};

} // namespace

struct fleet_of_one::impl {
  std::shared_ptr<transport::curl_engine> engine;
  fleet_config config;
  caf::actor_system system{config};
  actors::http_actor http;
  actors::coordinator_actor coordinator;
  actors::node_actor node;
  actors::token_actor tokens;
};

fleet_of_one::fleet_of_one(transport::engine_options engine, std::uint32_t uploads,
                           actors::credential_finder find)
  : impl_(std::make_unique<impl>()) {
  auto& to = *impl_;
  to.engine = std::make_shared<transport::curl_engine>(std::move(engine));
  to.http = to.system.spawn(actors::http, to.engine);
  to.tokens = to.system.spawn(actors::token, to.http, std::move(find));
  to.coordinator = to.system.spawn(actors::coordinator, to.http, to.tokens);
  actors::node_options crew;
  crew.uploads = uploads;
  auto name = crew.name;
  to.node = to.system.spawn(actors::node, to.http, to.tokens, std::move(crew));
  caf::anon_send(to.coordinator, atom::join_v, std::move(name), to.node);
}

fleet_of_one::~fleet_of_one() {
  constexpr auto reason = caf::exit_reason::user_shutdown;
  caf::anon_send_exit(impl_->coordinator, reason);
  caf::anon_send_exit(impl_->node, reason);
  caf::anon_send_exit(impl_->tokens, reason);
  impl_->engine->stop(); // answers whoever still waits
  caf::anon_send_exit(impl_->http, reason);
}

actors::push_report fleet_of_one::run(actors::push_order order,
                                      const std::function<void(const actors::push_status&)>& show,
                                      const std::function<bool()>& is_interrupted) {
  caf::scoped_actor self{impl_->system};
  actors::push_report report;
  actors::push_actor push;
  bool ended = false;
  bool stopped = false;
  self
    ->request(impl_->coordinator, caf::infinite, atom::submit_v, std::move(order),
              caf::actor_cast<caf::actor>(self))
    .receive([&](actors::push_actor& handle) { push = std::move(handle); },
             [&](const caf::error& error) {
               report.why = actors::to_failure(error);
               ended = true;
             });
  while (!ended) {
    self->receive(
      [&](atom::ended, actors::push_report& last) {
        report = std::move(last);
        ended = true;
      },
      caf::after(glance) >>
        [&] {
          if (is_interrupted() && !std::exchange(stopped, true))
            self->send(push, atom::stop_v);
          // A push that has just ended does not answer: its report is in the mailbox.
          self->request(push, std::chrono::seconds{1}, atom::status_v)
            .receive([&](const actors::push_status& status) { show(status); },
                     [](const caf::error&) {});
        });
  }
  return report;
}

} // namespace flotilla::app
