#pragma once

#include "protocol/http.hpp"
#include "protocol/result.hpp"
#include "protocol/url.hpp"

#include <string>
#include <variant>

namespace flotilla::protocol {

/// One request to a registry and what HTTP puts around it, as a machine without I/O: authorization
/// is added for the registry's own origin and for no other (RFC 9110 section 15.4), a 401 is
/// answered once with a new one, and redirects are followed. A request may forbid each of the two;
/// one that brings its own authorization loses it where a redirect leaves its origin.
///
/// Life: `begin` once, then the `on_…` that belongs to the step it answered, until an outcome.
class authorized_exchange {
public:
  /// Send this. The body, if any, is the original request's.
  struct send {
    http_request request;
  };
  /// Get an authorization that answers this `WWW-Authenticate` field. `rejected` was just refused.
  struct authorize {
    std::string challenge;
    std::string rejected;
  };
  using step = std::variant<send, authorize, http_outcome>;

  authorized_exchange(http_request request, url registry);

  /// @param authorization the `Authorization` field's value; empty: none yet
  [[nodiscard]] step begin(std::string authorization);
  [[nodiscard]] step on_outcome(http_outcome outcome);
  [[nodiscard]] step on_authorization(std::string authorization);
  /// There is none to be had: the request ends so.
  [[nodiscard]] step on_no_authorization(no_response why);

  bool wants_authorization() const noexcept {
    return request_.authorize;
  }
  /// The request goes to a URL that an answer has named: whoever is there may repeat it, and it can
  /// hold a signature, a secret.
  bool is_led_elsewhere() const noexcept {
    return redirects_ > 0 || !request_.authorize;
  }

private:
  step send_now();
  step follow_redirect(http_outcome outcome);

  http_request request_;
  url registry_;
  url at_; ///< where the request goes now
  std::string authorization_;
  bool authorized_again_ = false;
  int redirects_ = 0;
};

} // namespace flotilla::protocol
