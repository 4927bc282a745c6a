#include "protocol/blob_upload.hpp"

// How an upload goes on once its blob goes in chunks, and whether the next session is filled so.

namespace flotilla::protocol {

blob_upload::step blob_upload::begin_chunks(url session,
                                            std::optional<std::uint64_t> acknowledged) {
  in_chunks_.emplace(order_, what(), std::move(session), method_.terms(), acknowledged);
  return follow(in_chunks_->begin());
}

blob_upload::step blob_upload::follow(chunked_upload::step next) {
  phase_ = phase::in_session;
  if (auto* last = std::get_if<chunked_upload::close>(&next)) {
    phase_ = phase::sending;
    return std::move(last->put);
  }
  if (auto* again = std::get_if<try_again>(&next))
    return later(std::move(*again), phase::in_session);
  if (auto* session = std::get_if<chunked_upload::gone>(&next))
    return on_gone(session->after);
  if (auto* session = std::get_if<chunked_upload::lost>(&next))
    return lost_session(session->why);
  if (auto* chunks = std::get_if<chunked_upload::unfit>(&next))
    return on_unfit(std::move(*chunks));
  if (auto* request = std::get_if<send>(&next))
    return std::move(*request);
  if (auto* why = std::get_if<failure>(&next))
    return std::move(*why);
  return ready{};
}

blob_upload::step blob_upload::on_gone(chunked_upload::trouble after) {
  if (after == chunked_upload::trouble::cut)
    method_.chunk_cut(in_chunks_->moved());
  else if (after == chunked_upload::trouble::answered)
    method_.chunks_lost(!in_chunks_->moved());
  return begin_anew();
}

blob_upload::step blob_upload::on_unfit(chunked_upload::unfit chunks) {
  using because = chunked_upload::unfit::because;
  if (chunks.how == because::too_small) {
    method_.chunk_too_small(chunks.bytes);
    return lost_session("the registry asked for chunks of " + std::to_string(chunks.bytes)
                        + " bytes at least");
  }
  const bool helps = chunks.how == because::too_large ? method_.chunk_too_large(chunks.bytes)
                                                      : method_.chunks_refused();
  return helps ? begin_anew() : step{std::move(chunks.why)};
}

/// A 413 to the closing PUT.
blob_upload::step blob_upload::on_too_large(failure why) {
  const auto left = in_chunks_ ? order_.size - in_chunks_->stored() : order_.size;
  const bool helps
    = in_chunks_ ? left > 0 && method_.chunk_too_large(left) : method_.whole_too_large();
  return helps ? open() : step{std::move(why)};
}

bool blob_upload::in_pieces() const {
  return in_ollama_ || in_chunks_;
}

std::optional<upload_session> blob_upload::resumable() const {
  const bool open
    = phase_ == phase::in_session || phase_ == phase::sending || phase_ == phase::settling;
  if (!open || !in_chunks_ || in_chunks_->stored() == 0)
    return std::nullopt;
  return upload_session{in_chunks_->session(), in_chunks_->stored()};
}

} // namespace flotilla::protocol
