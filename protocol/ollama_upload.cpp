#include "protocol/ollama_upload.hpp"

#include "protocol/registry_error.hpp"
#include "protocol/retry.hpp"
#include "protocol/upload_session.hpp"

#include <algorithm>

namespace flotilla::protocol {

namespace {

constexpr int most_tries = 3;
constexpr int most_closings = 8; // half a minute: its storage may take as long to join the parts
constexpr const char* octets = "application/octet-stream";

/// What a storage writes of a refusal can hold the URL that we signed for: it is not shown.
std::string said(const http_response& response) {
  auto at = parse_url(response.url);
  return "the storage at " + (at ? at->origin() : std::string{"another address"}) + " answered "
         + describe({response.status, {}, {}, {}});
}

/// Storages say so of a signed URL that is too old, or not to their taste: another one may do.
bool wants_another_url(int status) {
  const auto kind = classify(status);
  return kind == status_class::unauthorized || kind == status_class::forbidden
         || kind == status_class::absent || is_disputed(status);
}

} // namespace

ollama_upload::ollama_upload(const blob_order& order, std::string what, url session,
                             std::optional<storage_place> direct)
  : blob_{order.path, 0, order.size, order.size}, id_(order.id), what_(std::move(what)),
    session_(std::move(session)), storage_(std::move(direct)), direct_(storage_.has_value()) {
}

ollama_upload::step ollama_upload::begin() {
  if (phase_ != phase::begun)
    return misuse("begun twice");
  return direct_ ? want_body() : next_part();
}

ollama_upload::step ollama_upload::send_body() {
  if (phase_ != phase::ready)
    return misuse("a body without a session");
  phase_ = storage_ ? phase::storing : phase::appending;
  return upload_step::send{storage_ ? store_request() : append_request(), true, first_,
                           direct_ ? file_slice{} : slice_from(first_ + slice().length)};
}

ollama_upload::step ollama_upload::again() {
  if (phase_ != phase::waiting)
    return misuse("nothing to try again");
  if (!direct_)
    storage_.reset(); // the registry gives a new one
  return want_body();
}

ollama_upload::step ollama_upload::on_outcome(const http_outcome& outcome) {
  switch (phase_) {
    case phase::appending: return noted(on_appended(outcome));
    case phase::storing: return noted(on_stored(outcome));
    default: return misuse("an answer without a question");
  }
}

ollama_upload::step ollama_upload::on_sum(const result<md5_sum>& of_part) {
  if (phase_ != phase::summing)
    return misuse("a sum that nobody asked for");
  if (!of_part)
    return noted(of_part.error());
  sum_ = *of_part;
  return want_body();
}

ollama_upload::step ollama_upload::close_again() {
  if (phase_ != phase::closing)
    return misuse("nothing to close");
  return noted(closed_ < most_closings ? finish()
                                       : lost{"the registry took every byte and has no such blob"});
}

ollama_upload::step ollama_upload::noted(step next) {
  if (std::holds_alternative<anew>(next) || std::holds_alternative<lost>(next)
      || std::holds_alternative<failure>(next))
    phase_ = phase::ended;
  return next;
}

ollama_upload::step ollama_upload::misuse(const char* how) const {
  return failure{errc::internal, what_ + ": " + how, {}};
}

ollama_upload::step ollama_upload::next_part() {
  tries_ = 0;
  storage_.reset();
  if (first_ == blob_.length)
    return finish();
  phase_ = phase::summing;
  return upload_step::sum_part{slice()};
}

ollama_upload::step ollama_upload::want_body() {
  phase_ = phase::ready;
  return upload_step::ready{};
}

ollama_upload::step ollama_upload::on_appended(const http_outcome& outcome) {
  const auto* response = outcome.response();
  if (response != nullptr) {
    if (classify(response->status) == status_class::success) {
      auto next = ollama_session_in(*response);
      if (!next)
        return in_context(what_, next.error());
      return *next ? advance(std::move(**next)) : lost{"the registry named no next session"};
    }
    if (response->status == 307 || response->status == 308)
      return on_redirected(*response);
    if (is_lost_session(*response) || is_disputed(response->status))
      return lost{"the registry answered " + describe(*response)};
  }
  auto trouble = setback(outcome, what_);
  if (auto* again = std::get_if<try_again>(&trouble))
    return try_body_again(std::move(*again),
                          response != nullptr || outcome.failed()->body_sent > 0);
  return std::get<failure>(std::move(trouble));
}

ollama_upload::step ollama_upload::on_redirected(const http_response& response) {
  auto next = ollama_session_in(response);
  if (!next)
    return in_context(what_, next.error());
  auto place = part_storage_in(response);
  if (!place)
    return in_context(what_, place.error());
  if (!*next || !*place)
    return try_body_again({"session-lost",
                           what_ + ": the registry sends a part on "
                             + (*next ? "to nowhere" : "and names no next session"),
                           {}},
                          true);
  next_ = std::move(*next);
  storage_ = std::move(*place);
  return want_body();
}

ollama_upload::step ollama_upload::on_stored(const http_outcome& outcome) {
  if (const auto* response = outcome.response())
    return judge_storage(*response);
  auto trouble = setback(outcome, what_ + ", to its storage");
  if (auto* again = std::get_if<try_again>(&trouble))
    return try_body_again(std::move(*again), outcome.failed()->body_sent > 0);
  return std::get<failure>(std::move(trouble));
}

ollama_upload::step ollama_upload::judge_storage(const http_response& response) {
  if (response.status == 200 || response.status == 201 || response.status == 202)
    return direct_ ? finish() : advance(std::move(*next_));
  const auto kind = classify(response.status);
  if (kind == status_class::retry)
    return try_body_again({std::to_string(response.status), what_ + ": " + said(response),
                           std::string{response.fields.value("retry-after")}},
                          true);
  if (!direct_ && wants_another_url(response.status)) // asked again, the registry gives another
    return try_body_again({std::to_string(response.status), what_ + ": " + said(response), {}},
                          true);
  if (kind == status_class::success || wants_another_url(response.status))
    return lost{said(response)};
  return failure{errc::refused, what_ + ": " + said(response),
                 "the registry sent us there: ask its owner"};
}

ollama_upload::step ollama_upload::advance(url next) {
  session_ = std::move(next);
  first_ += slice().length;
  sums_ += sum_->binary();
  return next_part();
}

ollama_upload::step ollama_upload::finish() {
  phase_ = phase::closing;
  ++closed_;
  auto at = session_;
  add_query(at, "digest", id_.to_string());
  if (!direct_) {
    // S3's name for what came in parts (AmazonS3: "Object", ETag).
    auto sum = md5_of(sums_);
    if (!sum)
      return sum.error();
    add_query(at, "etag", sum->hex() + '-' + std::to_string(sums_.size() / sum->bytes.size()));
  }
  return close{{method::put, at.to_string(), {}, {}, {}}};
}

/// A server that could not be reached at all has not had its chance: its session stands.
ollama_upload::step ollama_upload::try_body_again(try_again why, bool had_a_chance) {
  if (had_a_chance && ++tries_ >= most_tries)
    return anew{std::move(why)};
  phase_ = phase::waiting;
  return why;
}

file_slice ollama_upload::slice() const {
  return slice_from(first_);
}

file_slice ollama_upload::slice_from(std::uint64_t offset) const {
  if (offset >= blob_.length)
    return {};
  auto part = blob_;
  part.offset = offset;
  part.length = std::min(ollama_part_size(blob_.length), blob_.length - offset);
  return part;
}

http_request ollama_upload::append_request() const {
  auto part = slice();
  auto range = std::to_string(part.offset) + '-' + std::to_string(part.offset + part.length - 1);
  http_request patch{
    method::patch,
    session_.to_string(),
    {{"Content-Type", octets}, {"Content-Range", range}, {"X-Redirect-Uploads", "1"}},
    {},
    std::move(part)};
  patch.follow_redirects = false; // the next session stands beside the storage's URL
  return patch;
}

http_request ollama_upload::store_request() const {
  http_request put{method::put,
                   storage_->at.to_string(),
                   {{"Content-Type", octets}},
                   {},
                   direct_ ? blob_ : slice()};
  for (const auto& [name, value] : storage_->fields)
    put.fields.set(name, value);
  put.authorize = false;        // the URL is the permission, and storages refuse a second one
  put.follow_redirects = false; // what is signed is for this host
  return put;
}

} // namespace flotilla::protocol
