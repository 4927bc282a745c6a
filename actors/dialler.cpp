#include "actors/dialler.hpp"

#include "actors/errors.hpp"
#include "protocol/text.hpp"
#include "transport/knock.hpp"

namespace flotilla::actors {

using protocol::errc;

namespace {

constexpr std::chrono::seconds knock_patience{3};
constexpr std::chrono::seconds doorbell_patience{60}; ///< a resolver may take its time
constexpr std::chrono::seconds handshake_patience{5};

constexpr const char* same_papers
  = "both sides need certificates of one authority (--fleet-ca, --fleet-cert, --fleet-key), made "
    "by `flotilla certs`, or neither has any";

std::string place(const std::string& host, std::uint16_t port) {
  return protocol::printable(host, 120) + ':' + std::to_string(port);
}

protocol::failure no_handshake(const std::string& where, const caf::error& error) {
  if (error == caf::sec::request_timeout || error == caf::sec::connection_timeout)
    return {errc::unavailable,
            where + ": it takes connections, and did not finish the handshake in "
              + std::to_string(handshake_patience.count()) + " s",
            "is it a coordinator, and does it run (not stopped, not overloaded)?"};
  return {errc::unavailable, where + ": it broke off the handshake", same_papers};
}

} // namespace

doorbell_actor::behavior_type doorbell(doorbell_actor::pointer) {
  return {
    [](atom::knock, const std::string& host, std::uint16_t port) -> caf::result<bool> {
      auto why = transport::knock(host, port, knock_patience);
      if (why.code != errc::none)
        return to_error(why);
      return true;
    },
  };
}

void dialler_state::wire(caller who) {
  who_ = std::move(who);
  doorbell_ = self_->spawn<caf::detached + caf::linked>(doorbell);
  line_ = line_of(self_->system(), who_.link);
}

caf::result<coordinator_actor> dialler_state::dial(const std::string& host, std::uint16_t port) {
  auto promise = self_->make_response_promise<coordinator_actor>();
  self_->request(doorbell_, doorbell_patience, atom::knock_v, host, port)
    .then([this, host, port, promise](bool) { connect(host, port, promise); },
          [promise](caf::error& error) mutable { promise.deliver(std::move(error)); });
  return promise;
}

void dialler_state::connect(const std::string& host, std::uint16_t port, answer promise) {
  self_->request(line_, handshake_patience, caf::connect_atom_v, host, port)
    .then(
      [this, host, port, promise](const caf::node_id&, caf::strong_actor_ptr& found,
                                  const std::set<std::string>&) mutable {
        if (found != nullptr)
          return greet(place(host, port), caf::actor_cast<coordinator_actor>(found), promise);
        promise.deliver(
          to_error({errc::unavailable, place(host, port) + ": no coordinator answers there", {}}));
      },
      [host, port, promise](const caf::error& error) mutable {
        promise.deliver(to_error(no_handshake(place(host, port), error)));
      });
}

void dialler_state::greet(const std::string& where, const coordinator_actor& found,
                          answer promise) {
  self_->request(found, handshake_patience, atom::hello_v, who_.version, who_.name)
    .then(
      [found, where, promise](const std::string& refusal) mutable {
        if (refusal.empty())
          promise.deliver(found);
        else
          promise.deliver(to_error({errc::usage, where + ": " + protocol::printable(refusal, 300),
                                    "install one version on all machines of the fleet"}));
      },
      [where, promise](const caf::error&) mutable {
        promise.deliver(
          to_error({errc::unavailable, where + ": it does not greet as a coordinator does",
                    "is it one, and of this version?"}));
      });
}

dialler_actor::behavior_type dialler(dialler_state::pointer self, caller who) {
  self->state.wire(std::move(who));
  return {
    [self](atom::dial, const std::string& host, std::uint16_t port) {
      return self->state.dial(host, port);
    },
  };
}

} // namespace flotilla::actors
