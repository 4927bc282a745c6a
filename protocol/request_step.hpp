#pragma once

#include "protocol/http.hpp"

#include <array>
#include <cstdint>

namespace flotilla::protocol {

/// What a request is for, in the life of a push: a closed set, fit for a label.
enum class request_step : std::uint8_t {
  check,    ///< does the registry have the blob?
  open,     ///< of an upload session, a mount among them
  status,   ///< how far is the session?
  upload,   ///< a blob's bytes, wherever they go
  commit,   ///< the end of a session, without bytes
  abandon,  ///< a session is deleted
  manifest, ///< read, looked for, or put
  token,    ///< from a token server
  other,    ///< what is none of these: the probe of a registry
};

inline constexpr std::array all_request_steps{
  request_step::check,    request_step::open,   request_step::status,
  request_step::upload,   request_step::commit, request_step::abandon,
  request_step::manifest, request_step::token,  request_step::other};

const char* to_string(request_step step) noexcept;

/// Read from the method and the path (distribution-spec, "Endpoints"). What is asked outside `/v2/`
/// counts as a token server's, but for a blob's bytes, which storages take there.
request_step step_of(const http_request& request) noexcept;

} // namespace flotilla::protocol
