#include "app/engine.hpp"

#include "app/version.hpp"

namespace flotilla::app {

transport::engine_options make_engine(const options& chosen) {
  transport::engine_options engine;
  engine.tls = chosen.tls;
  engine.stall_timeout = chosen.stall_timeout;
  engine.connections = long{chosen.checks} + 4L * long{chosen.uploads};
  engine.user_agent = "flotilla/" + std::string{program_version};
  return engine;
}

} // namespace flotilla::app
