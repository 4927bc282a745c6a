#pragma once

#include "protocol/http.hpp"
#include "protocol/url.hpp"
#include "transport/curl_handles.hpp"
#include "transport/engine_options.hpp"

namespace flotilla::transport {

/// What a fresh handle needs of settings and of the request's head; the body and what comes back
/// are the transfer's. `options` must outlive the handle's use.
void set_up(CURL* easy, const protocol::http_request& request, const protocol::url& target,
            const engine_options& options);

/// The request's fields in curl's form. Those that tell the body's length and how it is sent are
/// left out: they are ours to say.
/// @returns errc::internal for a name or value that would break out of its line.
protocol::result<field_list> fields_for_curl(const protocol::http_request& request);

/// Whether curl must send a body, be it of no bytes: POST, PUT and PATCH always have one.
bool sends_body(const protocol::http_request& request) noexcept;

} // namespace flotilla::transport
