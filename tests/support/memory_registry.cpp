#include "tests/support/memory_registry.hpp"

#include <algorithm>
#include <array>
#include <regex>

#include <nlohmann/json.hpp>
#include <openssl/evp.h>

namespace flotilla::test {

namespace {

answer created(const std::string& location, const std::string& digest) {
  return {201, {{"Location", location}, {"Docker-Content-Digest", digest}}, {}, {}};
}

/// The digests of blobs (`config`, `layers`) that a manifest names; none when it is an index.
std::optional<std::vector<std::string>> named_blobs(const std::string& bytes) {
  const auto json = nlohmann::json::parse(bytes, nullptr, false);
  if (!json.is_object())
    return std::nullopt;
  std::vector<std::string> digests;
  if (json.contains("config"))
    digests.push_back(json["config"].value("digest", ""));
  for (const auto& layer : json.value("layers", nlohmann::json::array()))
    digests.push_back(layer.value("digest", ""));
  return digests;
}

} // namespace

std::string digest_of(const std::string& bytes) {
  std::array<unsigned char, 32> hash{};
  EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, EVP_sha256(), nullptr);
  std::string text = "sha256:";
  for (const unsigned byte : hash) {
    text += "0123456789abcdef"[byte >> 4U];
    text += "0123456789abcdef"[byte & 15U];
  }
  return text;
}

answer memory_registry::handle(const seen_request& request) {
  static const std::regex base("/v2/?");
  static const std::regex uploads("/v2/(.+)/blobs/uploads/");
  static const std::regex one_upload("/v2/(.+)/blobs/uploads/([^/]+)");
  static const std::regex one_blob("/v2/(.+)/blobs/([^/]+)");
  static const std::regex one_manifest("/v2/(.+)/manifests/([^/]+)");
  const std::lock_guard guard(lock_);
  const auto& path = request.path;
  const bool reads = request.method == "GET" || request.method == "HEAD";
  std::smatch part;
  if (reads && std::regex_match(path, base))
    return {200, {{"Content-Type", "application/json"}}, "{}", {}};
  if (request.method == "POST" && std::regex_match(path, part, uploads))
    return begin_upload(request, part[1]);
  if (std::regex_match(path, part, one_upload))
    return upload(request, part[2]);
  if (reads && std::regex_match(path, part, one_blob))
    return serve_blob(part[1], part[2]);
  if (reads && std::regex_match(path, part, one_manifest))
    return serve_manifest(part[1], part[2]);
  if (request.method == "PUT" && std::regex_match(path, part, one_manifest))
    return put_manifest(request, part[1], part[2]);
  return registry_error(404, "UNSUPPORTED", "no such endpoint");
}

answer memory_registry::begin_upload(const seen_request& request, const std::string& repository) {
  const auto mount = request.parameter("mount");
  const auto& others = blobs_[request.parameter("from")];
  if (const auto found = others.find(mount); habits_.mounts && found != others.end())
    return store_blob(repository, mount, found->second);
  if (const auto digest = request.parameter("digest"); !digest.empty())
    return store_blob(repository, digest, request.body);
  const auto id = "session-" + std::to_string(++opened_);
  auto& opened = sessions_[id];
  opened.repository = repository;
  auto result = progress(202, id, opened, request);
  result.headers.emplace_back("Docker-Upload-UUID", id);
  if (habits_.min_chunk > 0)
    result.headers.emplace_back("OCI-Chunk-Min-Length", std::to_string(habits_.min_chunk));
  return result;
}

answer memory_registry::upload(const seen_request& request, const std::string& id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end())
    return registry_error(404, "BLOB_UPLOAD_UNKNOWN", "upload session unknown");
  auto& one = found->second;
  if (habits_.location == location_form::stateful
      && request.parameter("state") != "s=" + std::to_string(one.answers))
    return registry_error(404, "BLOB_UPLOAD_INVALID", "not the newest Location");
  if (request.method == "GET")
    return progress(204, id, one, request);
  if (request.method == "PATCH")
    return append(request, id, one);
  if (request.method == "PUT")
    return finish(request, id, one);
  if (request.method != "DELETE")
    return registry_error(405, "UNSUPPORTED", "no such method here");
  sessions_.erase(found);
  return {204, {}, {}, {}};
}

answer memory_registry::append(const seen_request& request, const std::string& id, session& to) {
  if (const auto range = request.header("Content-Range"); !range.empty()) {
    static const std::regex form("([0-9]{1,18})-([0-9]{1,18})");
    std::smatch part;
    if (!std::regex_match(range, part, form))
      return registry_error(400, "SIZE_INVALID", "Content-Range must read first-last");
    const auto first = std::stoull(part[1]);
    if (first != to.bytes.size())
      return progress(416, id, to, request);
    if (std::stoull(part[2]) + 1 - first != request.body.size())
      return registry_error(400, "SIZE_INVALID", "Content-Range and body differ in length");
  }
  to.bytes += request.body;
  return progress(202, id, to, request);
}

answer memory_registry::finish(const seen_request& request, const std::string& id, session& from) {
  if (!request.body.empty()) {
    auto last = append(request, id, from);
    if (last.status != 202)
      return last;
  }
  const auto ended = std::move(from);
  sessions_.erase(id);
  return store_blob(ended.repository, request.parameter("digest"), ended.bytes);
}

answer memory_registry::progress(int status, const std::string& id, session& of,
                                 const seen_request& request) {
  auto location = "/v2/" + of.repository + "/blobs/uploads/" + id;
  ++of.answers;
  if (habits_.location == location_form::absolute)
    location = "http://" + request.header("Host") + location;
  if (habits_.location == location_form::stateful)
    location += "?state=s%3D" + std::to_string(of.answers);
  const auto last = of.bytes.empty() ? 0 : of.bytes.size() - 1;
  return {status, {{"Location", location}, {"Range", "0-" + std::to_string(last)}}, {}, {}};
}

answer memory_registry::store_blob(const std::string& repository, const std::string& digest,
                                   std::string bytes) {
  if (digest != digest_of(bytes))
    return registry_error(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
  blobs_[repository][digest] = std::move(bytes);
  return created("/v2/" + repository + "/blobs/" + digest, digest);
}

answer memory_registry::serve_blob(const std::string& repository, const std::string& digest) const {
  if (const auto held = blobs_.find(repository); held != blobs_.end())
    if (const auto found = held->second.find(digest); found != held->second.end()) {
      return {200,
              {{"Content-Type", "application/octet-stream"}, {"Docker-Content-Digest", digest}},
              found->second,
              {}};
    }
  return registry_error(404, "BLOB_UNKNOWN", "blob unknown to registry");
}

answer memory_registry::put_manifest(const seen_request& request, const std::string& repository,
                                     const std::string& reference) {
  const auto digest = digest_of(request.body);
  if (reference.find(':') != std::string::npos && reference != digest)
    return registry_error(400, "DIGEST_INVALID", "provided digest did not match the manifest");
  const auto named = named_blobs(request.body);
  if (!named)
    return registry_error(400, "MANIFEST_INVALID", "manifest invalid");
  const auto& held = blobs_[repository];
  for (const auto& blob : *named)
    if (held.count(blob) == 0)
      return registry_error(404, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry: " + blob);
  manifests_[repository][reference] = manifests_[repository][digest]
    = {request.header("Content-Type"), request.body};
  return created("/v2/" + repository + "/manifests/" + digest, digest);
}

answer memory_registry::serve_manifest(const std::string& repository,
                                       const std::string& reference) const {
  if (const auto held = manifests_.find(repository); held != manifests_.end())
    if (const auto found = held->second.find(reference); found != held->second.end()) {
      const auto& [media_type, bytes] = found->second;
      return {200,
              {{"Content-Type", media_type}, {"Docker-Content-Digest", digest_of(bytes)}},
              bytes,
              {}};
    }
  return registry_error(404, "MANIFEST_UNKNOWN", "manifest unknown");
}

std::optional<std::string> memory_registry::blob(const std::string& repository,
                                                 const std::string& digest) const {
  const std::lock_guard guard(lock_);
  const auto held = serve_blob(repository, digest);
  return held.status == 200 ? std::optional(held.body) : std::nullopt;
}

std::optional<std::string> memory_registry::manifest(const std::string& repository,
                                                     const std::string& reference) const {
  const std::lock_guard guard(lock_);
  const auto held = serve_manifest(repository, reference);
  return held.status == 200 ? std::optional(held.body) : std::nullopt;
}

std::string memory_registry::add_blob(const std::string& repository, std::string content) {
  const std::lock_guard guard(lock_);
  auto digest = digest_of(content);
  blobs_[repository][digest] = std::move(content);
  return digest;
}

void memory_registry::forget_blob(const std::string& repository, const std::string& digest) {
  const std::lock_guard guard(lock_);
  blobs_[repository].erase(digest);
}

void memory_registry::forget_sessions() {
  const std::lock_guard guard(lock_);
  sessions_.clear();
}

std::size_t memory_registry::open_sessions() const {
  const std::lock_guard guard(lock_);
  return sessions_.size();
}

std::uint64_t memory_registry::held_bytes() const {
  const std::lock_guard guard(lock_);
  std::uint64_t held = 0;
  for (const auto& [repository, blobs] : blobs_)
    for (const auto& [digest, bytes] : blobs)
      held += bytes.size();
  for (const auto& [id, each] : sessions_)
    held += each.bytes.size();
  return held;
}

} // namespace flotilla::test
