#pragma once

#include "tests/support/registry.hpp"
#include "tests/support/relay.hpp"
#include "tests/system/chaos/blow.hpp"
#include "tests/system/program.hpp"

#include <array>
#include <map>
#include <memory>
#include <string>

namespace flotilla::test {

/// A registry, a coordinator, three workers and a client, each of which can be hit. All lines pass
/// through relays. For one thread: its processes die with it.
class arena {
public:
  /// All but the client begin. @param flotilla whose home the workers may read
  /// @throws std::runtime_error when one of them does not start.
  explicit arena(const program& flotilla);

  /// `flotilla push SOURCE`, by the fleet; again when the first one is no more.
  void begin_push(const std::string& source);
  process& client() {
    return *of(victim::client).running;
  }
  const registry& there() const noexcept {
    return registry_;
  }
  std::string repository() const {
    return "models/m";
  }
  /// Bytes that have gone to the registry.
  std::uint64_t sent() const {
    return to_registry_.sent();
  }

  /// @returns false when that one is down or held up already, or has ended.
  bool strike(const blow& one);
  /// Undoes it: starts again, goes on. The client is not started again.
  void undo(const blow& one);
  /// What each has said, all its lives behind one another.
  std::map<std::string, std::string> logs();

private:
  /// A process that is started again and again.
  struct role {
    command order;
    std::unique_ptr<process> running;
    std::string said; ///< by those before
    bool hit = false;
    std::unique_ptr<relay> line; ///< to the coordinator
  };

  role& of(victim whom) {
    return roles_.at(static_cast<std::size_t>(whom));
  }
  void start(victim whom);
  void end(victim whom, int signal);
  void strike_registry(blow_kind how);
  void undo_registry(blow_kind how);
  void shake_lines(victim whom, blow_kind how, bool begin);

  const program& flotilla_;
  registry registry_;
  relay to_registry_;
  std::uint16_t port_; ///< the coordinator's
  std::string state_dir_;
  std::array<role, victims> roles_;
};

} // namespace flotilla::test
