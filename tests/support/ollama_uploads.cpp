#include "tests/support/ollama_uploads.hpp"

#include "tests/support/encoding.hpp"

#include <numeric>
#include <regex>

#include <strings.h>

namespace flotilla::test {

namespace {

constexpr const char* octets = "application/octet-stream";

answer refused(const std::string& why) {
  return registry_error(400, "BLOB_UPLOAD_INVALID", why);
}

/// Nothing for what is no number.
std::optional<std::uint64_t> number(const std::string& text) {
  static const std::regex digits("[0-9]{1,18}");
  return std::regex_match(text, digits) ? std::optional(std::stoull(text)) : std::nullopt;
}

/// Those of all headers of that name.
std::vector<std::string> values_of(const seen_request& request, const std::string& name) {
  std::vector<std::string> values;
  for (const auto& [key, value] : request.headers)
    if (::strcasecmp(key.c_str(), name.c_str()) == 0)
      values.push_back(value);
  return values;
}

/// What S3 calls a blob that came in parts: the MD5 of their MD5s, and how many they are.
template <class Parts>
std::string etag_of(const Parts& parts) {
  std::string sums;
  for (const auto& one : parts)
    sums += md5(one.bytes.value_or(""));
  return hex(md5(sums)) + "-" + std::to_string(parts.size());
}

} // namespace

answer ollama_uploads::begin(const seen_request& request, const std::string& repository) {
  const bool announced = !request.parameter("digest").empty()
                         || !request.header("X-Content-Length").empty()
                         || !request.header("X-Redirect-Uploads").empty();
  return announced ? announce(request, repository) : open(request, repository);
}

answer ollama_uploads::open(const seen_request& request, const std::string& repository) {
  if (!noted_.expect(request.body.empty() && request.header("Content-Length") == "0", request,
                     "what opens a session has a body of length 0"))
    return refused("not opened as it should be");
  const auto mount = request.parameter("mount");
  if (const auto held = content_.blob(request.parameter("from"), mount)) {
    content_.add_blob(repository, *held);
    return {201, {{"Location", "/v2/" + repository + "/blobs/" + mount}}, {}, {}};
  }
  const std::lock_guard guard(lock_);
  const auto id = "session-" + std::to_string(++opened_);
  auto& opened = sessions_[id];
  opened.repository = repository;
  opened.announced = false;
  answer result{202, {}, {}, {}};
  name_session(result, request, id, 0);
  return result;
}

answer ollama_uploads::announce(const seen_request& request, const std::string& repository) {
  const auto digest = request.parameter("digest");
  const auto size = number(request.header("X-Content-Length"));
  static const std::regex form("sha256:[0-9a-f]{64}");
  const bool right
    = noted_.expect(std::regex_match(digest, form), request, "no fit digest")
      && noted_.expect(request.body.empty() && request.header("Content-Length") == "0", request,
                       "an announcement has a body of length 0")
      && noted_.expect(request.header("X-Redirect-Uploads") == "2", request,
                       "X-Redirect-Uploads must be 2")
      && noted_.expect(size.has_value(), request, "X-Content-Length must be the blob's size");
  if (!right)
    return refused("not announced as it should be");
  if (content_.blob(repository, digest))
    return {201, {}, {}, {}};
  const std::lock_guard guard(lock_);
  const auto id = "session-" + std::to_string(++opened_);
  const bool direct = options_.upload == ollama_upload::direct;
  auto& opened = sessions_[id] = {repository, digest, *size, {}, direct, true, false};
  answer result{202, {}, {}, {}};
  name_session(result, request, id, 0);
  if (direct) {
    result.headers.emplace_back("X-Direct-Upload-URL", "http://" + storage_ + store_target(id, 0));
    for (const auto& [name, value] : signed_headers(opened))
      result.headers.emplace_back("X-Signed-Header-" + name, value);
    opened.parts.push_back({*size, std::nullopt});
  }
  return result;
}

answer ollama_uploads::go_on(const seen_request& request, const std::string& id) {
  const std::lock_guard guard(lock_);
  const auto found = sessions_.find(id);
  if (!noted_.expect(found != sessions_.end(), request, "there is no such session"))
    return registry_error(404, "BLOB_UPLOAD_UNKNOWN", "upload session unknown");
  if (request.method == "PATCH")
    return append(request, id, found->second);
  if (!noted_.expect(request.method == "PUT", request, "sessions take PATCH and PUT"))
    return registry_error(405, "UNSUPPORTED", "no such method here");
  const auto& open = found->second;
  const bool whole = options_.plain_location && !open.announced && open.parts.size() == open.whole
                     && request.parameter("etag").empty();
  return whole ? take_whole(request, id, found->second) : finish(request, id, found->second);
}

/// As the registry did before it knew of parts: its storage completes the blob.
answer ollama_uploads::take_whole(const seen_request& request, const std::string& id, session& to) {
  to.digest = request.parameter("digest");
  const bool right
    = noted_.expect(request.target == session_target(to, id, 0) + "&digest=" + to.digest, request,
                    "not the URL that was named last, with a digest")
      && noted_.expect(digest_of(request.body) == to.digest, request,
                       "the bytes have another digest");
  if (!right)
    return refused("not a blob as it should be");
  if (keeps()) {
    content_.add_blob(to.repository, request.body);
    sessions_.erase(id);
    return {201, {}, {}, {}};
  }
  to.whole = true;
  to.parts = {{request.body.size(), std::nullopt}};
  return {307, {{"Location", "http://" + storage_ + store_target(id, 0)}}, {}, {}};
}

answer ollama_uploads::append(const seen_request& request, const std::string& id, session& to) {
  if (!noted_.expect(!to.direct, request, "it takes no parts"))
    return refused("no parts");
  if (!to.parts.empty() && request.target == session_target(to, id, to.parts.size() - 1))
    to.parts.pop_back(); // once more
  const auto first
    = std::accumulate(to.parts.begin(), to.parts.end(), std::uint64_t{0},
                      [](std::uint64_t sum, const part& one) { return sum + one.size; });
  const bool newest = request.target == session_target(to, id, to.parts.size());
  if (!noted_.expect(newest, request, "not the URL that was named last")
      || !announces_a_part(request, to, first))
    return refused("not a part as it should be");
  const auto index = to.parts.size();
  to.parts.push_back({request.body.size(), std::nullopt});
  answer result{202, {}, {}, {}};
  if (keeps()) {
    to.parts.back().bytes = request.body;
  } else {
    result.status = 307;
    result.headers.emplace_back("Location", "http://" + storage_ + store_target(id, index));
  }
  name_session(result, request, id, to.parts.size());
  return result;
}

bool ollama_uploads::announces_a_part(const seen_request& request, const session& to,
                                      std::uint64_t first) {
  const auto size = request.body.size();
  const auto range = std::to_string(first) + "-" + std::to_string(first + size - 1);
  const bool last = first + size == to.size;
  const bool fits = !to.announced || first + size <= to.size;
  return noted_.expect(request.header("X-Redirect-Uploads") == "1", request,
                       "X-Redirect-Uploads must be 1")
         && noted_.expect(request.header("Content-Type") == octets, request,
                          "Content-Type must be application/octet-stream")
         && noted_.expect(size > 0 && fits, request, "not a part of the blob")
         && noted_.expect(request.header("Content-Range") == range, request,
                          "Content-Range must be " + range)
         && noted_.expect(!to.announced || last || size >= options_.least_part, request,
                          "the part is too small");
}

answer ollama_uploads::finish(const seen_request& request, const std::string& id, session& from) {
  const auto url = session_target(from, id, from.parts.size());
  const auto direct_url = session_target(from, id, 0);
  const bool direct = from.direct;
  if (!from.announced)
    from.digest = request.parameter("digest");
  std::string bytes;
  bool whole = true;
  for (const auto& one : from.parts) {
    whole = whole && one.bytes;
    bytes += one.bytes.value_or("");
  }
  const bool right
    = noted_.expect(request.target.rfind((direct ? direct_url : url) + "&", 0) == 0, request,
                    "not the URL that was named last")
      && noted_.expect(request.body.empty() && request.header("Content-Length") == "0", request,
                       "what ends an upload has a body of length 0")
      && noted_.expect(request.parameter("digest") == from.digest, request, "another digest")
      && noted_.expect(whole, request, "a part has not come")
      && noted_.expect(direct || request.parameter("etag") == etag_of(from.parts), request,
                       "the etag is not " + etag_of(from.parts))
      && noted_.expect(digest_of(bytes) == from.digest, request, "the bytes have another digest");
  if (!right)
    return refused("not ended as it should be");
  content_.add_blob(from.repository, std::move(bytes));
  sessions_.erase(id);
  return {201, {}, {}, {}};
}

answer ollama_uploads::store(const seen_request& request) {
  static const std::regex form("/store/(session-[0-9]+)/([0-9]{1,9})");
  std::smatch match;
  const std::lock_guard guard(lock_);
  const bool fits = request.method == "PUT" && std::regex_match(request.path, match, form);
  const auto found = fits ? sessions_.find(match[1]) : sessions_.end();
  const auto index = fits ? std::stoul(match[2]) : 0;
  if (!noted_.expect(found != sessions_.end() && index < found->second.parts.size(), request,
                     "the storage awaits no such thing"))
    return {403, {}, "AccessDenied", {}};
  auto& awaited = found->second.parts[index];
  if (!noted_.expect(request.target == store_target(match[1], index), request,
                     "the storage's URL was changed")
      || !is_rightly_stored(request, found->second, awaited))
    return {400, {}, "InvalidRequest", {}};
  awaited.bytes = request.body;
  if (found->second.whole) {
    content_.add_blob(found->second.repository, request.body);
    sessions_.erase(found);
  }
  return {200, {{"ETag", '"' + hex(md5(request.body)) + '"'}}, {}, {}};
}

bool ollama_uploads::is_rightly_stored(const seen_request& request, const session& of,
                                       const part& awaited) {
  bool right = true;
  for (const auto* secret : {"Authorization", "Cookie"})
    right = noted_.expect(request.header(secret).empty(), request,
                          std::string(secret) + " is nothing for a storage")
            && right;
  if (of.direct)
    for (const auto& [name, value] : signed_headers(of))
      right = noted_.expect(values_of(request, name) == std::vector<std::string>{value}, request,
                            name + " must be as it was signed, once")
              && right;
  return noted_.expect(request.body.size() == awaited.size, request, "not as long as announced")
         && right;
}

void ollama_uploads::name_session(answer& in, const seen_request& request, const std::string& id,
                                  std::size_t parts) const {
  const auto target = session_target(sessions_.at(id), id, parts);
  const bool plain = options_.plain_location && in.status != 307; // there it names the storage
  in.headers.emplace_back(plain ? "Location" : "Docker-Upload-Location",
                          (options_.relative ? "" : request.origin()) + target);
}

std::string ollama_uploads::session_target(const session& of, const std::string& id,
                                           std::size_t parts) const {
  return "/v2/" + of.repository + "/blobs/uploads/" + id + "?after=" + std::to_string(parts)
         + "&key=a%2Bb%2f"; // in mixed case: it must come back as it was sent
}

std::string ollama_uploads::store_target(const std::string& id, std::size_t index) const {
  return "/store/" + id + "/" + std::to_string(index) + "?sig=x%2fy%2B~%7e+z&X-Expires=60";
}

std::vector<std::pair<std::string, std::string>>
ollama_uploads::signed_headers(const session& of) const {
  return {{"Content-Type", "application/x-blob"}, {"X-Blob-Digest", of.digest}};
}

} // namespace flotilla::test
