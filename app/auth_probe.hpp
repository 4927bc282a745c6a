#pragma once

#include "actors/order.hpp"
#include "protocol/granted_access.hpp"
#include "protocol/result.hpp"
#include "protocol/token.hpp"
#include "transport/engine_options.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace flotilla::app {

/// Whether something is allowed, as the registry showed it.
enum class permission : std::uint8_t { not_tried, granted, refused };

/// What became known of a registry and of our credentials there.
struct auth_findings {
  std::string scheme; ///< `basic`, `bearer`; empty: it asked for no authorization
  std::optional<protocol::granted_access> granted; ///< what the token says of itself; else opaque
  permission pull = permission::not_tried;
  permission push = permission::not_tried;
  bool cancelled = true; ///< the upload that was opened to find out; false: it ends by itself
  protocol::failure why; ///< why we may not push; none: we may
};

/// Asks the registry: its `/v2/`, the manifest of the reference by HEAD, and an upload, which is
/// cancelled at once. Each is asked once: credentials that are refused are not tried again. Blocks
/// until it is answered, or a signal asks us to stop.
auth_findings probe_authorization(transport::engine_options engine, const actors::push_order& order,
                                  const protocol::credentials& who);

} // namespace flotilla::app
