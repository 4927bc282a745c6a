#pragma once

#include "actors/messages.hpp"

namespace flotilla::actors {

/// A failure as CAF carries it between actors.
inline caf::error to_error(const protocol::failure& why) {
  return caf::make_error(why.code, why.message, why.hint);
}

/// And back. An error of CAF's own, such as the death of the actor that was asked, is
/// errc::internal.
protocol::failure to_failure(const caf::error& error);

} // namespace flotilla::actors
