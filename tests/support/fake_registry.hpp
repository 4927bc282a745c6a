#pragma once

#include "tests/support/scripted_http.hpp"

#include <map>
#include <set>
#include <string>

namespace flotilla::test {

/// A registry as a function from request to response, for actor tests: holds digests, not bytes.
/// Checks the one thing that matters most: a manifest comes only when all blobs are there.
class fake_registry {
public:
  std::set<std::string> blobs;                  ///< digests it holds
  std::map<std::string, std::string> manifests; ///< bytes by reference
  std::set<std::string> wanted;                 ///< digests that must be there before a manifest
  bool manifest_came_early = false;
  std::map<std::string, std::uint64_t> sessions; ///< bytes they hold, by `/upload/N`

  protocol::http_outcome operator()(const protocol::http_request& request) {
    using protocol::method;
    const auto& url = request.url;
    if (url.find("/manifests/") != std::string::npos)
      return manifest(request, url.substr(url.rfind('/') + 1));
    if (request.verb == method::head)
      return blob_head(url.substr(url.rfind('/') + 1));
    if (request.verb == method::post)
      return open(url);
    if (url.find("/upload/") != std::string::npos && request.verb != method::put)
      return session(request);
    if (request.verb == method::put) {
      blobs.insert(url.substr(url.find("digest=") + 7));
      return network::answer(201);
    }
    return network::answer(200); // GET /v2/
  }

private:
  protocol::http_outcome blob_head(const std::string& digest) {
    if (blobs.count(digest) == 0)
      return network::answer(404);
    return network::answer(200, {{"Docker-Content-Digest", digest}});
  }

  protocol::http_outcome open(const std::string& url) {
    if (auto at = url.find("mount="); at != std::string::npos)
      if (blobs.count(url.substr(at + 6, 71)) != 0) // `sha256:` and 64 digits
        return network::answer(201, {{"Location", "/v2/blob"}});
    auto place = "/upload/" + std::to_string(++opened_);
    sessions[place] = 0;
    return network::answer(202, {{"Location", std::move(place)}});
  }

  /// A chunk, or how far it has come; a chunk that does not begin there is refused.
  protocol::http_outcome session(const protocol::http_request& request) {
    const auto place = request.url.substr(request.url.find("/upload/"));
    const auto found = sessions.find(place);
    if (found == sessions.end())
      return network::answer(404);
    auto& held = found->second;
    const bool fits = request.body_length() == 0 || request.file.offset == held;
    held += fits ? request.body_length() : 0;
    const auto status = !fits ? 416 : request.body_length() == 0 ? 204 : 202;
    return network::answer(
      status, {{"Location", place}, {"Range", "0-" + std::to_string(held == 0 ? 0 : held - 1)}});
  }

  protocol::http_outcome manifest(const protocol::http_request& request,
                                  const std::string& reference) {
    if (request.verb == protocol::method::put) {
      for (const auto& digest : wanted)
        manifest_came_early |= blobs.count(digest) == 0;
      manifests[reference] = request.content;
      manifests[protocol::digest::of(request.content).to_string()] = request.content;
      return network::answer(201);
    }
    auto found = manifests.find(reference);
    if (found == manifests.end())
      return network::answer(404);
    auto id = protocol::digest::of(found->second).to_string();
    return network::answer(200, {{"Docker-Content-Digest", id}}, found->second);
  }

  int opened_ = 0;
};

} // namespace flotilla::test
