#include "protocol/chunked_upload.hpp"

#include "protocol/registry_error.hpp"
#include "protocol/retry.hpp"
#include "protocol/text.hpp"

#include <algorithm>

namespace flotilla::protocol {

namespace {

constexpr int most_tries = 3;
constexpr int most_tries_moved = 10; // with a new session, all bytes have to be sent again
constexpr int most_closings = 5;     // its storage may take its time to move the blob
constexpr const char* octets = "application/octet-stream";

std::string answered(const http_response& response) {
  return "the registry answered " + describe(response);
}

/// ECR says 201.
bool accepts(int status) noexcept {
  return status == 201 || status == 202 || status == 204;
}

/// GHCR calls a chunk above 4 MiB a range that it cannot satisfy.
bool says_too_large(const http_response& response) {
  return response.status == 413
         || (response.status == 416 && lower(response.body).find("too large") != std::string::npos);
}

/// An accepted chunk is stored, and what `Range` says of it is a hint: nothing, the end of the
/// first chunk for ever (ECR), the length of this one (Aliyun, zot). Only where it ends within the
/// chunk may it be that no more was taken.
bool is_short(const http_response& response, const file_slice& chunk) {
  const auto held = parse_held_bytes(response.fields.value("range"));
  return held && *held > chunk.offset && *held - chunk.offset < chunk.length
         && *held != chunk.length;
}

chunked_upload::trouble kind_of(const http_outcome& outcome) {
  using trouble = chunked_upload::trouble;
  if (const auto* response = outcome.response()) {
    const auto status = response->status;
    return status == 408 || status == 499   ? trouble::cut
           : status >= 500 && status != 503 ? trouble::answered
                                            : trouble::passing;
  }
  return outcome.failed()->body_sent > 0 ? trouble::cut : trouble::passing;
}

} // namespace

bool refuses_chunks(int status) noexcept {
  const auto any = {400, 405, 411, 415, 422, 501};
  return classify(status) == status_class::success
         || std::find(any.begin(), any.end(), status) != any.end();
}

chunked_upload::chunked_upload(const blob_order& order, std::string what, url session,
                               const registry_profile& terms,
                               std::optional<std::uint64_t> acknowledged)
  : blob_{order.path, 0, order.size, order.size}, id_(order.id), what_(std::move(what)),
    session_(std::move(session)), chunk_(terms.chunk_size()), last_in_put_(terms.last_chunk_in_put),
    believes_(!terms.trust_own_offset), resumed_(acknowledged.has_value()),
    first_(acknowledged.value_or(0)), furthest_(order.size) {
}

chunked_upload::step chunked_upload::begin() {
  if (phase_ != phase::begun)
    return misuse("begun twice");
  if (!resumed_)
    return go_on();
  trouble_ = trouble::passing; // that the session is no more is nothing to wonder at
  return noted(believes_ && first_ <= blob_.length ? ask() : gone{trouble_});
}

chunked_upload::step chunked_upload::send_body() {
  if (phase_ != phase::ready)
    return misuse("a body without a session");
  const auto chunk = slice();
  furthest_ = first_ + chunk.length;
  if (last_in_put_ && furthest_ == blob_.length) {
    phase_ = phase::closing;
    ++closed_;
    return close{{request(method::put, closing_url({session_, 0}, id_)), true, first_}};
  }
  phase_ = phase::sending;
  return upload_step::send{request(method::patch, session_.to_string()), true, first_};
}

chunked_upload::step chunked_upload::again() {
  if (phase_ != phase::waiting)
    return misuse("nothing to try again");
  if (believes_)
    return ask();
  if (trouble_ == trouble::passing) // no byte of it was taken
    return go_on();
  return noted(gone{trouble_});
}

chunked_upload::step chunked_upload::on_outcome(const http_outcome& outcome) {
  switch (phase_) {
    case phase::sending: return noted(on_sent(outcome));
    case phase::asking: return noted(on_status(outcome));
    default: return misuse("an answer without a question");
  }
}

chunked_upload::step chunked_upload::close_again() {
  if (phase_ != phase::closing)
    return misuse("nothing to close");
  trouble_ = trouble::passing;
  questioned_ = false;
  return noted(believes_ ? ask() : gone{trouble_});
}

chunked_upload::step chunked_upload::noted(step next) {
  if (std::holds_alternative<gone>(next) || std::holds_alternative<lost>(next)
      || std::holds_alternative<unfit>(next) || std::holds_alternative<failure>(next))
    phase_ = phase::ended;
  return next;
}

chunked_upload::step chunked_upload::misuse(const char* how) const {
  return failure{errc::internal, what_ + ": " + how, {}};
}

chunked_upload::step chunked_upload::go_on() {
  if (first_ == blob_.length)
    return finish();
  phase_ = phase::ready;
  return upload_step::ready{};
}

/// The only request that may go to a Location after which a chunk broke off: distribution 2.8 takes
/// any with a `_state` that is behind its file as a reason to end the session.
chunked_upload::step chunked_upload::ask() {
  phase_ = phase::asking;
  return upload_step::send{{method::get, session_.to_string(), {}, {}, {}}};
}

chunked_upload::step chunked_upload::finish() {
  if (++closed_ > most_closings)
    return lost{"the registry took every byte and has no such blob"};
  phase_ = phase::closing;
  return close{{{method::put, closing_url({session_, 0}, id_), {}, {}, {}}, false, first_}};
}

chunked_upload::step chunked_upload::end(std::string why) {
  if (trouble_ != trouble::none)
    return gone{trouble_};
  return lost{std::move(why)};
}

/// It says something else than we do, and there was no trouble: it is asked, once.
chunked_upload::step chunked_upload::question(std::string why) {
  if (questioned_ || !believes_)
    return lost{std::move(why)};
  questioned_ = true;
  return ask();
}

chunked_upload::step chunked_upload::on_sent(const http_outcome& outcome) {
  const auto* response = outcome.response();
  if (response != nullptr && accepts(response->status))
    return on_accepted(*response);
  auto reaction = setback(outcome, what_);
  if (auto* again = std::get_if<try_again>(&reaction)) {
    trouble_ = kind_of(outcome);
    phase_ = phase::waiting;
    return std::move(*again);
  }
  auto& why = std::get<failure>(reaction);
  if (response == nullptr)
    return std::move(why);
  if (says_too_large(*response))
    return unfit{unfit::because::too_large, slice().length, std::move(why)};
  if (response->status == 416)
    return on_mismatch(*response);
  if (is_lost_session(*response) || classify(response->status) == status_class::absent)
    return lost{answered(*response)};
  if (refuses_chunks(response->status))
    return unfit{unfit::because::refused, 0, std::move(why)};
  return std::move(why);
}

chunked_upload::step chunked_upload::on_mismatch(const http_response& response) {
  if (auto next = next_location(response); next && *next)
    session_ = std::move(**next);
  return question(answered(response));
}

chunked_upload::step chunked_upload::on_accepted(const http_response& response) {
  if (auto why = follow_location(response))
    return std::move(*why);
  const auto chunk = slice();
  if (believes_ && is_short(response, chunk))
    return question(answered(response) + " and holds only a part of a chunk");
  first_ += chunk.length;
  moved_ = true;
  questioned_ = false;
  trouble_ = trouble::none;
  tries_ = 0;
  const auto least = least_chunk_in(response);
  if (least > chunk_ && blob_.length - first_ > chunk_)
    return unfit{unfit::because::too_small, least, {}};
  return go_on();
}

chunked_upload::step chunked_upload::on_status(const http_outcome& outcome) {
  const auto* response = outcome.response();
  if (response != nullptr && classify(response->status) == status_class::success)
    return on_told(*response);
  auto reaction = setback(outcome, what_);
  if (auto* again = std::get_if<try_again>(&reaction)) {
    phase_ = phase::waiting;
    return std::move(*again);
  }
  if (response != nullptr) // a new session will tell what is wrong, if anything is
    return end(answered(*response));
  return std::get<failure>(std::move(reaction));
}

chunked_upload::step chunked_upload::on_told(const http_response& response) {
  if (auto why = follow_location(response))
    return std::move(*why);
  const auto held = held_in_status(response);
  if (!held)
    return end("the registry does not say how many bytes it holds");
  if (*held < first_ || *held > furthest_)
    return end("the registry says that it holds " + std::to_string(*held) + " bytes, where "
               + std::to_string(first_) + " are acknowledged and " + std::to_string(furthest_)
               + " were sent");
  const auto more = *held - first_;
  first_ = *held;
  moved_ |= more > 0 || (resumed_ && first_ > 0);
  if (more >= registry_profile::smallest_chunk)
    questioned_ = false;
  else if (more == 0 && questioned_)
    return lost{"the registry refused a chunk at the offset that it names"};
  if (more > 0)
    tries_ = 0;
  else if (trouble_ != trouble::passing && ++tries_ >= (moved_ ? most_tries_moved : most_tries))
    return gone{trouble_};
  return go_on();
}

std::optional<failure> chunked_upload::follow_location(const http_response& response) {
  auto next = next_location(response);
  if (!next)
    return failure{next.error().code, what_ + ": " + next.error().message, next.error().hint};
  if (*next)
    session_ = std::move(**next);
  return std::nullopt;
}

file_slice chunked_upload::slice() const {
  auto chunk = blob_;
  chunk.offset = first_;
  chunk.length = std::min(chunk_, blob_.length - first_);
  return chunk;
}

/// RFC 9110 has a unit and a total in `Content-Range`; this protocol has neither.
http_request chunked_upload::request(method verb, std::string at) const {
  auto chunk = slice();
  auto range = std::to_string(chunk.offset) + '-' + std::to_string(chunk.offset + chunk.length - 1);
  return {verb,
          std::move(at),
          {{"Content-Type", octets}, {"Content-Range", std::move(range)}},
          {},
          std::move(chunk)};
}

} // namespace flotilla::protocol
