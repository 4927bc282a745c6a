#include "tests/simulation/registry.hpp"

#include <algorithm>

// How a blob's bytes come to a registry.

namespace flotilla::simulation {

using protocol::http_request;
using protocol::http_response;
using protocol::method;

namespace {

std::string session_in(const std::string& url) {
  const auto begin = url.find("/blobs/uploads/") + 15;
  const auto end = url.find('?', begin);
  return url.substr(begin, end == std::string::npos ? end : end - begin);
}

std::string range_of(std::uint64_t held) {
  return "0-" + std::to_string(held == 0 ? 0 : held - 1);
}

} // namespace

std::string registry::location(const std::string& id) {
  auto& x = sessions_.at(id);
  x.named = x.held;
  x.asked = false;
  auto path = "/v2/" + std::string{repository} + "/blobs/uploads/" + id
              + "?_state=" + std::to_string(++x.state);
  return ways_.relative_locations ? path : "https://" + std::string{host} + path;
}

http_response registry::open(const protocol::url& at, const std::string& who) {
  const auto mount = parameter(at.target, "mount");
  if (all_is_checked_ && old_.count(mount) != 0)
    on_.violated("asked-first", who + " begins with " + mount + ", which was there all the time");
  const auto from = parameter(at.target, "from");
  if (!mount.empty() && ways_.mounts)
    if (auto& source = repositories_[from]; source.count(mount) != 0) {
      repositories_[repository][mount] = source.at(mount);
      return answer(201, {{"Location", "/v2/blob"}, {"Docker-Content-Digest", mount}});
    }
  const auto id = "u" + std::to_string(++last_session_);
  sessions_[id].opened_by = who;
  auto opened = answer(202, {{"Location", location(id)}, {"Range", "0-0"}});
  if (ways_.least_chunk > 0)
    opened.fields.add("OCI-Chunk-Min-Length", std::to_string(ways_.least_chunk));
  return opened;
}

http_response registry::status(const std::string& id) {
  auto& x = sessions_.at(id);
  x.asked = true;
  const auto held = x.held;
  return answer(204, {{"Location", location(id)}, {"Range", range_of(held)}});
}

http_response registry::drop_session(const http_request& request) {
  sessions_.erase(session_in(request.url));
  return answer(204);
}

std::optional<http_response> registry::refuse_chunk(const http_request& request) const {
  const auto& chunk = request.file;
  if (request.verb == method::patch && !ways_.takes_chunks)
    return refusal(405, "UNSUPPORTED");
  if (request.verb == method::patch && chunk.length < ways_.least_chunk
      && chunk.offset + chunk.length < chunk.file_size)
    return refusal(400, "SIZE_INVALID");
  return std::nullopt;
}

/// A Location is good until a request has gone to it that moved the session on: whoever sends
/// another there has not listened. One may ask with it how far the session is.
std::optional<http_response> registry::check_state(const http_request& request,
                                                   const std::string& who) {
  const auto id = session_in(request.url);
  auto found = sessions_.find(id);
  if (found == sessions_.end())
    return refusal(404, "BLOB_UPLOAD_UNKNOWN");
  auto& x = found->second;
  x.users.insert(who);
  const bool behind
    = parameter(request.url, "_state") != std::to_string(x.state) || x.named != x.held;
  if (!behind || request.verb == method::remove)
    return std::nullopt;
  const bool may_ask = request.verb == method::get && !std::exchange(x.asked, true);
  if (!may_ask && x.users.size() == 1) // another may have moved it on
    on_.violated("newest-location", who + " used a Location of session " + id + " again that is "
                                      + "behind: " + request.url);
  if (!ways_.strict_state)
    return request.verb == method::get ? std::nullopt
                                       : std::optional{refusal(416, "RANGE_INVALID")};
  sessions_.erase(found);
  return refusal(404, "BLOB_UPLOAD_INVALID");
}

std::optional<http_response> registry::admit(const http_request& request, const std::string& who) {
  if (auto refused = refuse(request))
    return refused;
  if (request.body_length() > ways_.most_body)
    return answer(413, {}, "<html><h1>413 Request Entity Too Large</h1></html>");
  if (auto stale = check_state(request, who))
    return stale;
  if (auto refused = refuse_chunk(request))
    return refused;
  auto& x = sessions_.at(session_in(request.url));
  if (!x.writer.empty() && x.writer != who)
    on_.violated("one-writer", who + " writes where " + x.writer + " does");
  if (x.held == 0)
    x.digest = digest_of(request.file);
  if (all_is_checked_ && old_.count(x.digest) != 0)
    on_.violated("asked-first", who + " sends " + x.digest + ", which was there all the time");
  if (request.file.offset != x.held) {
    if (x.users.size() > 1) // another has moved it on
      return refusal(416, "RANGE_INVALID");
    on_.violated("coverage", who + " sends byte " + std::to_string(request.file.offset)
                               + " to a session that holds " + std::to_string(x.held));
    return refusal(416, "RANGE_INVALID");
  }
  x.writer = who;
  return std::nullopt;
}

void registry::take(const http_request& request, std::uint64_t offset, std::uint64_t length,
                    bool right) {
  auto found = sessions_.find(session_in(request.url));
  if (found == sessions_.end())
    return; // it has expired under way
  auto& x = found->second;
  x.right &= right && request.file.offset + offset == x.held && digest_of(request.file) == x.digest;
  x.held += length;
}

void registry::broke_off(const http_request& request) {
  if (!ways_.keeps_cut)
    sessions_.erase(session_in(request.url));
}

void registry::stops(const http_request& request, const std::string& who) {
  const auto found = sessions_.find(session_in(request.url));
  if (found != sessions_.end() && found->second.writer == who)
    found->second.writer.clear();
}

http_response registry::end(const http_request& request) {
  const auto id = session_in(request.url);
  auto found = sessions_.find(id);
  if (found == sessions_.end())
    return refusal(404, "BLOB_UPLOAD_UNKNOWN");
  auto& x = found->second;
  if (request.verb == method::patch)
    return answer(202, {{"Location", location(id)}, {"Range", range_of(x.held)}});
  return store(id, x, parameter(request.url, "digest"));
}

http_response registry::store(const std::string& id, session& x, const std::string& digest) {
  const auto arrived = x;
  sessions_.erase(id);
  if (!arrived.right || arrived.digest != digest || arrived.held != sizes_(digest))
    return refusal(400, "DIGEST_INVALID");
  repositories_[repository][digest] = arrived.held;
  broken_.erase(digest);
  return answer(201, {{"Location", "/v2/blob"}, {"Docker-Content-Digest", digest}});
}

} // namespace flotilla::simulation
