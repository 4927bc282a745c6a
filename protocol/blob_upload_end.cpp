#include "protocol/blob_upload.hpp"
#include "protocol/registry_error.hpp"
#include "protocol/retry.hpp"

// How an upload ends: what the closing PUT is answered with, and what is done where that leaves a
// doubt.

namespace flotilla::protocol {

namespace {

/// A registry that loses every session would otherwise be asked for ever.
constexpr int most_sessions_lost = 5;

std::string answered(const http_response& response) {
  return "the registry answered " + describe(response);
}

} // namespace

blob_upload::step blob_upload::on_sent(const http_outcome& outcome) {
  if (const auto* none = outcome.failed())
    return on_unsent(*none);
  const auto& response = *outcome.response();
  if (is_stored(response)) {
    auto named = named_digest(response);
    if (named && *named != order_.id)
      return failure{errc::refused, what() + ": the registry stored it as " + named->to_string(),
                     "a proxy or the registry changes what passes through it"};
    return confirmed{confirmation::uploaded};
  }
  if (response.status == 400 && has_error_code(response, "DIGEST_INVALID"))
    return on_refused_digest(response);
  if (is_lost_session(response) || (in_ollama_ && is_disputed(response.status)))
    // Once asked for the end, the registry may have come to it after all.
    return in_chunks_ && in_chunks_->closings() > 1 ? settle() : lost_session(answered(response));
  if (classify(response.status) == status_class::success) // not what a closing PUT gets
    return settle_oddity(response);
  auto trouble = setback(outcome, what());
  if (auto* again = std::get_if<try_again>(&trouble))
    return later(std::move(*again),
                 response.status >= 500 || in_pieces() ? phase::settling : phase::opening);
  auto& why = std::get<failure>(trouble);
  if (response.status == 413 && !in_ollama_)
    return on_too_large(std::move(why));
  if (in_chunks_ && refuses_chunks(response.status) && method_.chunks_refused())
    return open();
  return std::move(why);
}

/// Ollama's registry, which has all bytes by then, may say 200.
bool blob_upload::is_stored(const http_response& response) const {
  return response.status == 201 || (response.status == 200 && in_ollama_);
}

blob_upload::step blob_upload::on_refused_digest(const http_response& response) {
  if (hashed_)
    return failure{errc::refused,
                   what() + ": the registry answered " + describe(response)
                     + " twice, though the file's content is right",
                   "something between here and the registry changes the bytes"};
  hashed_ = true;
  phase_ = phase::hashing;
  return hash_file{};
}

blob_upload::step blob_upload::on_unsent(const no_response& none) {
  auto trouble = setback({none}, what());
  if (!in_pieces() && none.body_sent > 0 && !none.body_complete)
    method_.whole_cut();
  if (auto* again = std::get_if<try_again>(&trouble))
    // All bytes had left: the registry may have stored them and lost only its answer.
    return later(std::move(*again),
                 none.body_complete || in_pieces() ? phase::settling : phase::opening);
  return std::get<failure>(std::move(trouble));
}

blob_upload::step blob_upload::on_settled(const http_outcome& outcome) {
  auto found = record_.shown_by(outcome)
                 ? presence::absent
                 : judge_blob_head(outcome, target_, order_.id, order_.size);
  if (auto* there = std::get_if<presence>(&found))
    return *there == presence::present ? step{confirmed{confirmation::uploaded}}
           : in_chunks_                ? follow(in_chunks_->close_again())
           : in_ollama_                ? follow(in_ollama_->close_again())
                                       : open();
  if (auto* again = std::get_if<try_again>(&found))
    return later(std::move(*again), phase::settling);
  return std::get<failure>(std::move(found));
}

/// @param when a clause that goes on with what was answered last
blob_upload::step blob_upload::lost_session(const std::string& when) {
  if (in_chunks_)
    method_.chunks_lost(true);
  in_chunks_.reset();
  session_ = {};
  if (++sessions_lost_ > most_sessions_lost)
    return too_many_lost(when);
  return later({"session-lost", what() + ": " + when, {}},
               asked_ ? phase::opening : phase::mounting);
}

/// Not what a closing PUT gets: ask, but not for ever.
blob_upload::step blob_upload::settle_oddity(const http_response& response) {
  return ++sessions_lost_ > most_sessions_lost ? too_many_lost(answered(response)) : settle();
}

blob_upload::step blob_upload::too_many_lost(const std::string& when) const {
  return failure{errc::refused,
                 what() + ": " + std::to_string(sessions_lost_)
                   + " upload sessions were lost, the last when " + when,
                 "registries with several replicas need a shared secret or session affinity"};
}

} // namespace flotilla::protocol
