#include "app/environment.hpp"

#include <cstdlib>

namespace flotilla::app {

std::string environment(const char* name) {
  // Read before any thread starts, and nothing here ever sets a variable.
  const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? std::string{} : value;
}

std::string default_state_dir() {
  if (auto state = environment("XDG_STATE_HOME"); !state.empty())
    return state + "/flotilla";
  auto home = environment("HOME");
  return home.empty() ? std::string{} : home + "/.local/state/flotilla";
}

} // namespace flotilla::app
