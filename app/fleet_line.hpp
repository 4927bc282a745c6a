#pragma once

#include "actors/dialler.hpp"
#include "actors/errors.hpp"
#include "actors/fleet_link.hpp"
#include "app/fleet_peer.hpp"
#include "protocol/result.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace flotilla::app {

/// A client's line to the coordinator: asks, and waits for the answer. One thread.
class fleet_line {
public:
  /// How long a client seeks a coordinator that does not answer.
  static constexpr std::chrono::seconds seeking{5};
  /// How long it may take to answer: one that is killed says nothing.
  static constexpr std::chrono::seconds answering{5};

  /// The line of a client's command, reached.
  /// @returns errc::usage: no such place, or bad certificates; else what `reach` returns
  static protocol::result<std::unique_ptr<fleet_line>> open(const options& chosen);

  explicit fleet_line(fleet_peer peer);
  fleet_line(const fleet_line&) = delete;
  fleet_line& operator=(const fleet_line&) = delete;
  ~fleet_line();

  /// Finds the coordinator, for at most `patience`, if there is no line yet.
  /// @returns errc::no_node: nobody answers, with the reason; errc::usage: it refuses us
  protocol::failure reach(std::chrono::milliseconds patience);

  /// Asks the coordinator. @returns its answer; its refusal; or errc::no_node where it did not
  /// answer: then there is no line until it is reached again.
  /// @pre it was reached
  template <class T, class... Words>
  protocol::result<T> ask(Words... words) {
    std::optional<protocol::result<T>> answer;
    self_->request(coordinator_, answering, std::move(words)...)
      .receive([&](T& value) { answer.emplace(std::move(value)); },
               [&](const caf::error& error) { answer.emplace(on_error(error)); });
    return std::move(*answer);
  }

private:
  protocol::failure on_error(const caf::error& error);

  fleet_peer peer_;
  actors::link_config config_;
  caf::actor_system system_;
  caf::scoped_actor self_;
  actors::dialler_actor dialler_;
  actors::coordinator_actor coordinator_;
};

} // namespace flotilla::app
