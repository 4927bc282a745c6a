#pragma once

#include "actors/exchange_watch.hpp"
#include "actors/messages.hpp"
#include "actors/token.hpp"
#include "sources/source.hpp"
#include "transport/engine_options.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace flotilla::app {

/// A coordinator and one node in this process: what `push`, `plan` and `verify` run on.
class fleet_of_one {
public:
  /// @param uploads body slots, 1..32
  /// @param around where models may lie
  /// @param state_dir where what later pushes can use is kept; empty: nowhere
  /// @param watch of the requests; null: nobody counts them
  fleet_of_one(transport::engine_options engine, std::uint32_t uploads,
               sources::source_options around, actors::credential_finder find,
               std::string state_dir, std::shared_ptr<actors::exchange_watch> watch);
  fleet_of_one(const fleet_of_one&) = delete;
  fleet_of_one& operator=(const fleet_of_one&) = delete;
  /// Ends what is under way; the registry may take 2 s to delete sessions that we leave.
  ~fleet_of_one();

  /// Runs a push to its end. Meanwhile, on the caller's thread, hands its status to `show` every
  /// tenth of a second, and stops it once `is_interrupted` says so.
  actors::push_report run(actors::push_order order,
                          const std::function<void(const actors::push_status&)>& show,
                          const std::function<bool()>& is_interrupted);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace flotilla::app
