#include "protocol/upload_step.hpp"

namespace flotilla::protocol {

const char* to_string(confirmation how) noexcept {
  switch (how) {
    case confirmation::present: return "present";
    case confirmation::mounted: return "mounted";
    case confirmation::uploaded: return "uploaded";
    case confirmation::resumed: return "resumed";
  }
  return "unknown";
}

} // namespace flotilla::protocol
