#pragma once

#include "actors/exchange_watch.hpp"
#include "actors/interfaces.hpp"
#include "transport/curl_engine.hpp"

#include <memory>

namespace flotilla::actors {

/// Stands before the engine: a request becomes a message, and so does its outcome. Does not hold
/// anything itself. The engine must be stopped before the actor system is destroyed.
/// @param watch null: nobody counts
http_actor::behavior_type http(http_actor::pointer self,
                               std::shared_ptr<transport::curl_engine> engine,
                               std::shared_ptr<exchange_watch> watch);

} // namespace flotilla::actors
