#pragma once

#include "protocol/url.hpp"

#include <string>

namespace flotilla::transport {

/// The proxies that curl takes from the environment, for messages: `host:port`, without the user
/// and password that the variables may hold. Empty: none.
struct proxy_names {
  std::string http;  ///< `http_proxy`, in lower case only: a web server would fill in HTTP_PROXY
  std::string https; ///< `https_proxy` or `HTTPS_PROXY`

  const std::string& towards(const protocol::url& target) const noexcept {
    return target.secure ? https : http;
  }
};

/// Reads the variables named above and, where they are not set, `all_proxy` and `ALL_PROXY`.
proxy_names proxies_of_environment();

} // namespace flotilla::transport
