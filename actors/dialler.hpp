#pragma once

#include "actors/fleet_link.hpp"
#include "actors/interfaces.hpp"

#include <string>

namespace flotilla::actors {

/// Blocks while it knocks: spawn it detached.
doorbell_actor::behavior_type doorbell(doorbell_actor::pointer self);

/// Who dials, and how.
struct caller {
  std::string name;    ///< for people, e.g. `worker gpu-17`
  std::string version; ///< of this program
  link_options link;
};

/// What the DIALLER knows between two messages.
class dialler_state {
public:
  using pointer = dialler_actor::stateful_pointer<dialler_state>;
  using answer = caf::typed_response_promise<coordinator_actor>;
  static inline const char* name = "dialler";

  explicit dialler_state(pointer self) : self_(self) {
  }

  void wire(caller who);
  caf::result<coordinator_actor> dial(const std::string& host, std::uint16_t port);

private:
  void connect(const std::string& host, std::uint16_t port, answer promise);
  void greet(const std::string& where, const coordinator_actor& found, answer promise);

  pointer self_;
  caller who_;
  doorbell_actor doorbell_;
  caf::io::middleman_actor line_;
};

/// Knocks first: dialling a place that drops what it gets would hold up CAF for minutes.
dialler_actor::behavior_type dialler(dialler_state::pointer self, caller who);

} // namespace flotilla::actors
