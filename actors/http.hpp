#pragma once

#include "actors/interfaces.hpp"
#include "transport/curl_engine.hpp"

#include <memory>

namespace flotilla::actors {

/// Stands before the engine: a request becomes a message, and so does its outcome. Does not hold
/// anything itself. The engine must be stopped before the actor system is destroyed.
http_actor::behavior_type http(http_actor::pointer self,
                               std::shared_ptr<transport::curl_engine> engine);

} // namespace flotilla::actors
