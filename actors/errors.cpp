#include "actors/errors.hpp"

namespace flotilla::actors {

protocol::failure to_failure(const caf::error& error) {
  if (error.category() == caf::atom("protocol")) {
    const auto& context = error.context();
    if (context.match_elements<std::string, std::string>())
      return {static_cast<protocol::errc>(error.code()), context.get_as<std::string>(0),
              context.get_as<std::string>(1)};
  }
  return {protocol::errc::internal, "an actor failed: " + caf::to_string(error),
          "this is a mistake of Flotilla's; please report it"};
}

} // namespace flotilla::actors
