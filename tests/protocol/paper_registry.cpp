#include "tests/protocol/paper_registry.hpp"

#include <algorithm>

namespace flotilla::protocol {

namespace {

constexpr const char* uploads = "https://reg.example/v2/models/llama/blobs/uploads/";

bool has(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

std::string upto(std::uint64_t end) {
  return std::to_string(end == 0 ? 0 : end - 1);
}

} // namespace

http_outcome paper_registry::answer(int status, header_fields fields, std::string body) const {
  return {http_response{status, std::move(fields), std::move(body), uploads}};
}

std::string paper_registry::location() {
  open_->named = open_->held;
  open_->asked = false;
  return "/u/" + std::to_string(open_->number) + "?_state=" + std::to_string(++open_->state);
}

http_outcome paper_registry::handle(const http_request& request) {
  bytes_ += request.body_length();
  if (request.verb == method::post)
    return opened();
  if (request.verb == method::head)
    return whole_ ? answer(200, {{"Docker-Content-Digest", digest::of("a blob").to_string()}})
                  : answer(404);
  return upload(request);
}

http_outcome paper_registry::opened() {
  open_.emplace();
  open_->number = ++sessions_;
  header_fields fields{{"Location", location()}, {"Range", ways_.is_quay ? "bytes=0--1" : "0-0"}};
  if (ways_.least_chunk > 0)
    fields.add("OCI-Chunk-Min-Length", std::to_string(ways_.least_chunk));
  return answer(202, std::move(fields));
}

http_outcome paper_registry::upload(const http_request& request) {
  const auto name
    = open_ ? "/u/" + std::to_string(open_->number) + "?_state=" : std::string{"none"};
  if (!has(request.url, name.c_str()))
    return answer(404, {}, R"({"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]})");
  const bool newest = has(request.url + '&', (name + std::to_string(open_->state) + '&').c_str());
  const bool behind = !newest || open_->named != open_->held;
  if (behind && (request.verb != method::get || open_->asked))
    ++stale_;
  open_->asked |= request.verb == method::get;
  if (behind && ways_.strict_state) {
    open_.reset();
    return answer(404, {}, R"({"errors":[{"code":"BLOB_UPLOAD_INVALID"}]})");
  }
  if (request.verb == method::get)
    return status();
  return request.verb == method::patch ? patched(request) : put(request);
}

http_outcome paper_registry::status() {
  if (!ways_.asks_back)
    return answer(405);
  if (!ways_.is_quay)
    return answer(204, {{"Location", location()}, {"Range", "0-" + upto(open_->held)}});
  open_->named = open_->held; // its Location is always the same
  return answer(204, {{"Range", "bytes=0-" + std::to_string(open_->held)}});
}

std::optional<http_outcome> paper_registry::refused(const http_request& request) const {
  const auto length = request.body_length();
  const bool chunk = !request.fields.value("Content-Range").empty();
  if (length > ways_.most_body)
    return answer(413, {}, "<html><h1>413 Request Entity Too Large</h1></html>");
  if (!chunk)
    return std::nullopt;
  if (!ways_.takes_chunks)
    return answer(400);
  if (length > ways_.most_chunk)
    return answer(ways_.too_large, {},
                  R"({"errors":[{"code":"X","message":"request body too large"}]})");
  if (length < ways_.least_chunk && request.file.offset + length < request.file.file_size)
    return answer(400, {}, R"({"errors":[{"code":"SIZE_INVALID"}]})");
  if (ways_.checks_range && request.file.offset != open_->held)
    return answer(416, {{"Range", "0-" + upto(open_->held)}});
  return std::nullopt;
}

/// Its body. @returns an outcome where that is not all.
std::optional<http_outcome> paper_registry::take(const http_request& request) {
  if (auto no = refused(request))
    return no;
  const bool chunk = !request.fields.value("Content-Range").empty();
  mixed_ += open_->held > 0 && chunk != open_->chunked ? 1 : 0;
  open_->chunked = chunk;
  const auto broken
    = std::find_if(cuts_.begin(), cuts_.end(), [&](const cut& x) { return x.body == bodies_ + 1; });
  ++bodies_;
  const auto length = request.body_length();
  const auto arrives = broken == cuts_.end() ? length : std::min(broken->sent, length);
  open_->right &= request.file.offset == open_->held;
  open_->held += arrives;
  if (open_->first == 0)
    open_->first = open_->held;
  if (broken == cuts_.end())
    return std::nullopt;
  bytes_ -= length - arrives;
  if (!ways_.keeps_cut)
    open_.reset();
  return http_outcome{
    no_response{{errc::unavailable, "cut", {}}, arrives, arrives == length, {}, {}}};
}

std::string paper_registry::range(const http_request& request) const {
  const auto begin = request.file.offset;
  const auto length = request.body_length();
  switch (ways_.range) {
    case range_form::total: return "0-" + upto(open_->held);
    case range_form::none: return {};
    case range_form::last_chunk: return std::to_string(begin) + '-' + upto(begin + length);
    case range_form::its_length: return "0-" + upto(length);
    case range_form::first_only: return "0-" + upto(open_->first);
  }
  return {};
}

http_outcome paper_registry::patched(const http_request& request) {
  if (auto other = take(request))
    return *other;
  header_fields fields;
  if (auto text = range(request); !text.empty())
    fields.add("Range", std::move(text));
  fields.add("Location", location());
  return answer(ways_.to_chunk, std::move(fields));
}

http_outcome paper_registry::put(const http_request& request) {
  if (request.body_length() == 0 && !ways_.takes_empty_put)
    return answer(500);
  if (request.body_length() > 0)
    if (auto other = take(request))
      return *other;
  const bool right = open_->right;
  open_.reset();
  whole_ |= right;
  return right ? answer(201) : answer(400, {}, R"({"errors":[{"code":"DIGEST_INVALID"}]})");
}

ending run(blob_upload& one, paper_registry& registry) {
  auto next = one.begin();
  for (int steps = 0; steps < 10'000; ++steps) {
    if (auto* request = std::get_if<blob_upload::send>(&next))
      next = one.on_outcome(registry.handle(request->request));
    else if (std::holds_alternative<blob_upload::ready>(next))
      next = one.send_body();
    else if (std::holds_alternative<blob_upload::wait>(next))
      next = one.again();
    else if (std::holds_alternative<blob_upload::hash_file>(next))
      next = one.on_hash(digest::of("a blob"));
    else if (auto* done = std::get_if<blob_upload::confirmed>(&next))
      return {true, done->how, one.learned(), {}};
    else if (auto* why = std::get_if<failure>(&next))
      return {false, {}, one.learned(), why->message};
    else
      break;
  }
  return {false, {}, one.learned(), "no end"};
}

} // namespace flotilla::protocol
