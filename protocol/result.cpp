#include "protocol/result.hpp"

namespace flotilla::protocol {

const char* to_string(errc code) noexcept {
  switch (code) {
    case errc::none: return "none";
    case errc::malformed: return "malformed";
    case errc::internal: return "internal";
    case errc::usage: return "usage";
    case errc::source_invalid: return "source_invalid";
    case errc::unauthorized: return "unauthorized";
    case errc::refused: return "refused";
    case errc::incomplete: return "incomplete";
    case errc::unavailable: return "unavailable";
    case errc::gave_up: return "gave_up";
    case errc::differs: return "differs";
    case errc::no_node: return "no_node";
    case errc::interrupted: return "interrupted";
  }
  return "unknown";
}

} // namespace flotilla::protocol
