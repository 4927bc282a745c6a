#include "protocol/request_step.hpp"

#include <string_view>

namespace flotilla::protocol {

namespace {

bool holds(std::string_view text, std::string_view part) noexcept {
  return text.find(part) != std::string_view::npos;
}

/// Without scheme, host and query.
std::string_view path_of(std::string_view url) noexcept {
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos)
    url.remove_prefix(scheme + 3);
  const auto path = url.find('/');
  url.remove_prefix(path == std::string_view::npos ? url.size() : path);
  return url.substr(0, url.find('?'));
}

request_step step_in_session(method verb) noexcept {
  switch (verb) {
    case method::post: return request_step::open;
    case method::put:
    case method::patch: return request_step::commit;
    case method::remove: return request_step::abandon;
    default: return request_step::status;
  }
}

} // namespace

const char* to_string(request_step step) noexcept {
  switch (step) {
    case request_step::check: return "check";
    case request_step::open: return "open";
    case request_step::status: return "status";
    case request_step::upload: return "upload";
    case request_step::commit: return "commit";
    case request_step::abandon: return "abandon";
    case request_step::manifest: return "manifest";
    case request_step::token: return "token";
    case request_step::other: break;
  }
  return "other";
}

request_step step_of(const http_request& request) noexcept {
  if (!request.file.path.empty())
    return request_step::upload;
  const auto path = path_of(request.url);
  if (holds(path, "/blobs/uploads/"))
    return step_in_session(request.verb);
  if (holds(path, "/blobs/"))
    return request_step::check;
  if (holds(path, "/manifests/"))
    return request_step::manifest;
  return holds(path, "/v2/") ? request_step::other : request_step::token;
}

} // namespace flotilla::protocol
