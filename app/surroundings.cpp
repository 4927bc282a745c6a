#include "app/surroundings.hpp"

#include "app/environment.hpp"

namespace flotilla::app {

sources::source_options surroundings() {
  sources::source_options around;
  around.home = environment("HOME");
  around.ollama_models = environment("OLLAMA_MODELS");
  return around;
}

} // namespace flotilla::app
