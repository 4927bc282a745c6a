#pragma once

#include "protocol/http.hpp"

#include <string>
#include <string_view>

namespace flotilla::protocol {

/// What a registry said in the body of an error (distribution-spec, "Error codes").
struct registry_error {
  std::string code;    ///< upper case, e.g. `DENIED`; empty when the body names none
  std::string message; ///< fit to be shown; empty when there is none
};

/// Reads the first error of a body. Anything that is no such JSON, HTML of a proxy included, gives
/// an empty code and, when it is short plain text, that as message.
registry_error parse_registry_error(std::string_view body);

/// One clause for people: `403 DENIED: quota exceeded`, `502 Bad Gateway`, fit to be shown.
std::string describe(const http_response& response);

/// The response's error has this code.
bool has_error_code(const http_response& response, std::string_view code);

} // namespace flotilla::protocol
