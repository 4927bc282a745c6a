#include "protocol/blob_upload.hpp"

#include "protocol/registry_error.hpp"
#include "protocol/retry.hpp"
#include "protocol/text.hpp"

namespace flotilla::protocol {

namespace {

/// A registry that loses every session would otherwise be asked for ever.
constexpr int most_sessions_lost = 5;

/// Trouble with a mount, after which the blob is better sent: some registries answer a mount that
/// they cannot do with 500.
constexpr int most_mounts = 3;

bool is_refused_digest(const http_response& response) {
  return response.status == 400 && has_error_code(response, "DIGEST_INVALID");
}

/// A 201 to a mount names the blob or its place (distribution-spec, "Mounting a blob from another
/// repository"); one that names neither, or another blob, is somebody else's.
bool is_for(const http_response& response, const digest& id) {
  auto named = named_digest(response);
  return named ? *named == id : !response.fields.value("location").empty();
}

bool is_lost_session(const http_response& response) {
  return response.status == 404 || response.status == 416
         || (response.status == 400
             && (has_error_code(response, "BLOB_UPLOAD_INVALID")
                 || has_error_code(response, "BLOB_UPLOAD_UNKNOWN")));
}

} // namespace

const char* to_string(confirmation how) noexcept {
  switch (how) {
    case confirmation::present: return "present";
    case confirmation::mounted: return "mounted";
    case confirmation::uploaded: return "uploaded";
    case confirmation::resumed: return "resumed";
  }
  return "unknown";
}

blob_upload::blob_upload(blob_order order, endpoint target)
  : order_(std::move(order)), target_(std::move(target)) {
}

blob_upload::step blob_upload::begin() {
  return open(true);
}

blob_upload::step blob_upload::send_body() {
  if (phase_ != phase::ready)
    return misuse("a body without a session");
  phase_ = phase::sending;
  http_request put{method::put,
                   closing_url(session_, order_.id),
                   {{"Content-Type", "application/octet-stream"}},
                   {},
                   {order_.path, 0, order_.size, order_.size}};
  return send{std::move(put), true};
}

blob_upload::step blob_upload::again() {
  switch (phase_) {
    case phase::mounting: return open(true);
    case phase::opening: return open(false);
    case phase::settling: return settle();
    default: return misuse("nothing to try again");
  }
}

blob_upload::step blob_upload::on_outcome(const http_outcome& outcome) {
  return noted(react(outcome));
}

blob_upload::step blob_upload::react(const http_outcome& outcome) {
  switch (phase_) {
    case phase::mounting: return on_mount(outcome);
    case phase::opening: return on_opened(outcome);
    case phase::sending: return on_sent(outcome);
    case phase::settling: return on_settled(outcome);
    case phase::ready:
    case phase::hashing:
    case phase::ended: break;
  }
  return misuse("an answer without a question");
}

blob_upload::step blob_upload::noted(step next) {
  if (std::holds_alternative<confirmed>(next) || std::holds_alternative<failure>(next))
    phase_ = phase::ended;
  return next;
}

blob_upload::step blob_upload::misuse(const char* how) const {
  return failure{errc::internal, what() + ": " + how, {}};
}

blob_upload::step blob_upload::on_hash(const result<digest>& of_file) {
  if (phase_ != phase::hashing)
    return misuse("a digest that nobody asked for");
  if (!of_file)
    return noted(of_file.error());
  if (*of_file != order_.id)
    return noted(failure{errc::source_invalid,
                         order_.path + " does not hold " + order_.id.to_string()
                           + ": its content is " + of_file->to_string()
                           + ", and the registry refused it",
                         "the file was changed or damaged: fetch or build the model again"});
  return open(false); // mangled on the way: one more try
}

blob_upload::step blob_upload::open(bool by_mount) {
  phase_ = by_mount ? phase::mounting : phase::opening;
  if (!by_mount)
    return send{target_.open_session(), false};
  const auto& source = order_.mount_from.empty() ? target_.repository() : order_.mount_from;
  return send{target_.mount(order_.id, source), false};
}

blob_upload::step blob_upload::settle() {
  phase_ = phase::settling;
  return send{target_.head_blob(order_.id), false};
}

blob_upload::step blob_upload::on_mount(const http_outcome& outcome) {
  const auto* response = outcome.response();
  if (response != nullptr && response->status == 201 && is_for(*response, order_.id))
    return confirmed{order_.mount_from.empty() ? confirmation::present : confirmation::mounted};
  if (response != nullptr && response->status == 202)
    return use_session(*response);
  auto trouble = setback(outcome, what());
  if (auto* again = std::get_if<try_again>(&trouble))
    return later(std::move(*again), ++mounts_ < most_mounts ? phase::mounting : phase::opening);
  auto& why = std::get<failure>(trouble);
  if (response == nullptr && why.code != errc::unauthorized)
    return std::move(why);
  // It does not mount, or not from there: that says nothing about sending.
  mount_refused_ = true;
  return open(false);
}

blob_upload::step blob_upload::on_opened(const http_outcome& outcome) {
  if (const auto* response = outcome.response(); response != nullptr && response->status == 202)
    return use_session(*response);
  auto trouble = setback(outcome, what());
  if (auto* again = std::get_if<try_again>(&trouble))
    return later(std::move(*again), phase::opening);
  return std::get<failure>(std::move(trouble));
}

blob_upload::step blob_upload::use_session(const http_response& response) {
  auto asked = parse_url(response.url);
  if (!asked)
    return failure{errc::internal, what() + ": " + asked.error().message, {}};
  auto session = read_session(response, *asked);
  if (!session)
    return failure{errc::refused, what() + ": " + session.error().message, session.error().hint};
  session_ = std::move(*session);
  phase_ = phase::ready;
  return ready{};
}

blob_upload::step blob_upload::on_sent(const http_outcome& outcome) {
  if (const auto* none = outcome.failed())
    return on_unsent(*none);
  const auto& response = *outcome.response();
  if (response.status == 201) {
    auto named = named_digest(response);
    if (named && *named != order_.id)
      return failure{errc::refused, what() + ": the registry stored it as " + named->to_string(),
                     "a proxy or the registry changes what passes through it"};
    return confirmed{confirmation::uploaded};
  }
  if (is_refused_digest(response)) {
    if (hashed_)
      return failure{errc::refused,
                     what() + ": the registry answered " + describe(response)
                       + " twice, though the file's content is right",
                     "something between here and the registry changes the bytes"};
    hashed_ = true;
    phase_ = phase::hashing;
    return hash_file{};
  }
  if (is_lost_session(response))
    return lost_session(response);
  if (classify(response.status) == status_class::success) // not what a closing PUT gets
    return settle_oddity(response);
  auto trouble = setback(outcome, what());
  if (auto* again = std::get_if<try_again>(&trouble))
    return later(std::move(*again), response.status >= 500 ? phase::settling : phase::opening);
  return std::get<failure>(std::move(trouble));
}

blob_upload::step blob_upload::on_unsent(const no_response& none) {
  auto trouble = setback({none}, what());
  if (auto* again = std::get_if<try_again>(&trouble))
    // All bytes left: the registry may have stored them and lost only its answer.
    return later(std::move(*again), none.body_complete ? phase::settling : phase::opening);
  return std::get<failure>(std::move(trouble));
}

blob_upload::step blob_upload::on_settled(const http_outcome& outcome) {
  auto found = judge_blob_head(outcome, target_, order_.id, order_.size);
  if (auto* there = std::get_if<presence>(&found))
    return *there == presence::present ? step{confirmed{confirmation::uploaded}} : open(false);
  if (auto* again = std::get_if<try_again>(&found))
    return later(std::move(*again), phase::settling);
  return std::get<failure>(std::move(found));
}

blob_upload::step blob_upload::lost_session(const http_response& response) {
  if (++sessions_lost_ > most_sessions_lost)
    return too_many_lost(response);
  return later({"session-lost", what() + ": the registry answered " + describe(response), {}},
               phase::opening);
}

/// Not what a closing PUT gets: ask, but not for ever.
blob_upload::step blob_upload::settle_oddity(const http_response& response) {
  return ++sessions_lost_ > most_sessions_lost ? too_many_lost(response) : settle();
}

blob_upload::step blob_upload::too_many_lost(const http_response& response) {
  return failure{errc::refused,
                 what() + ": the registry lost " + std::to_string(sessions_lost_)
                   + " upload sessions, at last with " + describe(response),
                 "registries with several replicas need a shared secret or session affinity"};
}

blob_upload::step blob_upload::later(try_again why, phase then) {
  phase_ = then;
  return wait{attempt_++, std::move(why)};
}

std::string blob_upload::what() const {
  return "sending " + order_.id.brief() + " to " + target_.registry().origin() + '/'
         + target_.repository();
}

} // namespace flotilla::protocol
