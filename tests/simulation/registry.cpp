#include "tests/simulation/registry.hpp"

#include "protocol/digest.hpp"
#include "tests/simulation/model.hpp"

#include <algorithm>

// What a registry holds, and what it says of it.

namespace flotilla::simulation {

using protocol::http_request;
using protocol::http_response;
using protocol::method;

namespace {

bool has(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

std::string last_part(const std::string& url) {
  const auto end = url.find('?');
  const auto begin = url.rfind('/', end) + 1;
  return url.substr(begin, end == std::string::npos ? end : end - begin);
}

} // namespace

deed deed_of(const http_request& request) {
  const auto& url = request.url;
  const auto verb = request.verb;
  if (has(url, "/token"))
    return deed::token;
  if (has(url, "/manifests/"))
    return verb == method::head  ? deed::head_manifest
           : verb == method::get ? deed::get_manifest
                                 : deed::put_manifest;
  if (verb == method::post)
    return deed::open;
  if (has(url, "/blobs/uploads/"))
    return !request.file.path.empty() ? deed::body
           : verb == method::put      ? deed::close
                                      : deed::status;
  return has(url, "/blobs/") ? deed::head_blob : deed::probe;
}

std::string digest_of(const protocol::file_slice& file) {
  constexpr std::size_t digits = 64;
  return file.path.size() < digits ? std::string{}
                                   : "sha256:" + file.path.substr(file.path.size() - digits);
}

std::string parameter(const std::string& url, const std::string& name) {
  for (const char* mark : {"?", "&"})
    if (auto at = url.find(mark + name + '='); at != std::string::npos) {
      const auto begin = at + name.size() + 2;
      const auto end = url.find('&', begin);
      return url.substr(begin, end == std::string::npos ? end : end - begin);
    }
  return {};
}

// ---- what becomes of it ----------------------------------------------------------------------

void registry::put_there(const std::string& where, const std::string& digest, std::uint64_t size) {
  repositories_[where][digest] = size;
  if (where == repository)
    old_.insert(digest);
}

void registry::had_all(const protocol::push_plan& of) {
  for (const auto& blob : of.blobs)
    if (auto id = blob.id.to_string(); !has(id, blob.size))
      lost_.insert(std::move(id));
  for (const auto& each : of.manifests)
    manifests_[each.id.to_string()] = {each.media_type, each.bytes};
}

void registry::lose_blob(const std::string& digest) {
  old_.erase(digest);
  if (repositories_[repository].erase(digest) != 0)
    lost_.insert(digest);
}

void registry::break_blob(const std::string& digest) {
  lose_blob(digest);
  broken_.insert(digest);
}

void registry::become_empty() {
  broken_.clear();
  for (const auto& [digest, size] : repositories_[repository])
    lost_.insert(digest);
  for (const auto& [reference, kept] : manifests_)
    lost_.insert(reference);
  old_.clear();
  repositories_.clear();
  manifests_.clear();
  sessions_.clear();
}

void registry::expire_sessions() {
  sessions_.clear();
}

void registry::revoke_tokens() {
  tokens_.clear();
}

std::string registry::give_token() {
  auto token = "t" + std::to_string(++last_token_);
  tokens_[token] = on_.now() + ways_.token_life;
  return token;
}

bool registry::has(const std::string& digest, std::uint64_t size) const {
  auto where = repositories_.find(repository);
  if (where == repositories_.end())
    return false;
  auto found = where->second.find(digest);
  return found != where->second.end() && found->second == size;
}

std::string registry::manifest(const std::string& reference) const {
  auto found = manifests_.find(reference);
  return found == manifests_.end() ? std::string{} : found->second.bytes;
}

// ---- requests --------------------------------------------------------------------------------

/// Whoever sends no token that is good is told where to get one.
std::optional<http_response> registry::refuse(const http_request& request) {
  if (!ways_.takes_tokens)
    return std::nullopt;
  const std::string field{request.fields.value("authorization")};
  auto known = tokens_.find(field.substr(0, 7) == "Bearer " ? field.substr(7) : std::string{});
  if (known != tokens_.end() && on_.now() < known->second)
    return std::nullopt;
  auto refused = refusal(401, "UNAUTHORIZED");
  refused.fields.add("WWW-Authenticate",
                     R"(Bearer realm="https://auth.sim/token",service="registry.sim")");
  return refused;
}

http_response registry::handle(const http_request& request, const std::string& who) {
  if (auto refused = refuse(request))
    return *refused;
  switch (deed_of(request)) {
    case deed::probe: return answer(200);
    case deed::head_blob: return blob_head(last_part(request.url));
    case deed::open: return open(*protocol::parse_url(request.url), who);
    case deed::head_manifest: return get_manifest(last_part(request.url), false);
    case deed::get_manifest: return get_manifest(last_part(request.url), true);
    case deed::put_manifest: return put_manifest(last_part(request.url), request);
    case deed::status:
    case deed::close:
      if (auto stale = check_state(request, who))
        return *stale;
      if (request.verb == method::put)
        return end(request);
      if (request.verb == method::remove)
        return drop_session(request);
      return status(last_part(request.url));
    default: return answer(404);
  }
}

http_response registry::blob_head(const std::string& digest) const {
  if (broken_.count(digest) != 0)
    return answer(500);
  auto where = repositories_.find(repository);
  if (where == repositories_.end() || where->second.count(digest) == 0)
    return answer(404);
  protocol::header_fields fields{{"Content-Length", std::to_string(where->second.at(digest))}};
  if (ways_.names_digests)
    fields.add("Docker-Content-Digest", digest);
  return answer(200, std::move(fields));
}

http_response registry::get_manifest(const std::string& reference, bool with_body) const {
  auto found = manifests_.find(reference);
  if (found == manifests_.end())
    return with_body ? refusal(404, "MANIFEST_UNKNOWN") : answer(404);
  const auto& bytes = found->second.bytes;
  return answer(200,
                {{"Content-Type", found->second.type},
                 {"Content-Length", std::to_string(bytes.size())},
                 {"Docker-Content-Digest", protocol::digest::of(bytes).to_string()}},
                with_body ? bytes : std::string{});
}

/// That a manifest comes last is what all of a push is about.
http_response registry::put_manifest(const std::string& reference, const http_request& request) {
  auto& here = repositories_[repository];
  bool complete = true;
  for (const auto& named : digests_in(request.content)) {
    if (here.count(named) != 0 || manifests_.count(named) != 0)
      continue;
    complete = false;
    if (lost_.count(named) == 0)
      on_.violated("manifest-last", "manifest " + reference + " came before " + named);
  }
  if (!complete && ways_.checks_manifests)
    return refusal(400, "MANIFEST_BLOB_UNKNOWN");
  const auto id = protocol::digest::of(request.content).to_string();
  manifests_[reference] = manifests_[id]
    = {std::string{request.fields.value("content-type")}, request.content};
  return answer(201, {{"Docker-Content-Digest", id}, {"Location", "/v2/manifest"}});
}

} // namespace flotilla::simulation
