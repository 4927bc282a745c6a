#include "protocol/upload_method.hpp"

#include <algorithm>

namespace flotilla::protocol {

namespace {

/// What happens so often is no accident.
constexpr int most_alike = 2;

/// A chunk that a bad line does not get through, either.
constexpr std::uint64_t shortest = 1 << 20; // bytes

} // namespace

upload_method::upload_method(const registry_profile& known, std::uint64_t size,
                             std::uint64_t wished)
  : learned_(known), size_(size), wished_(wished) {
}

bool upload_method::in_chunks() const noexcept {
  return learned_.may_chunk() && !never_chunks_ && (never_whole_ || !rather_whole_)
         && size_ > chunk_size() && (rather_chunks_ || wished_ != 0 || size_ >= learned_.threshold);
}

registry_profile upload_method::terms() const noexcept {
  auto terms = learned_;
  terms.chunk = chunk_size();
  return terms;
}

std::uint64_t upload_method::chunk_size() const noexcept {
  auto within = learned_;
  if (wished_ != 0)
    within.chunk = wished_;
  const auto wanted = within.chunk_size();
  if (shorter_ == 0)
    return wanted;
  return std::clamp(wanted >> (2 * shorter_), std::min(wanted, std::max(learned_.least, shortest)),
                    wanted);
}

void upload_method::opened(const http_response& response) noexcept {
  learned_.note_opened(response);
}

void upload_method::whole_cut() noexcept {
  rather_chunks_ = ++cut_ >= most_alike || rather_chunks_;
}

void upload_method::chunk_cut(bool moved) noexcept {
  if (moved)
    cut_ = 0;
  else if (++cut_ % most_alike == 0)
    shorter_ = std::min(shorter_ + 1, 16U);
}

void upload_method::chunks_lost(bool telling) noexcept {
  telling_ |= telling;
  rather_whole_ = ++lost_ >= most_alike || rather_whole_;
}

void upload_method::chunk_too_small(std::uint64_t least) noexcept {
  learned_.note_least(least);
}

bool upload_method::whole_too_large() noexcept {
  if (!learned_.note_blob_too_large(size_))
    return false;
  never_whole_ = rather_chunks_ = true;
  return in_chunks();
}

bool upload_method::chunk_too_large(std::uint64_t bytes) noexcept {
  return learned_.note_chunk_too_large(bytes) || chunks_refused();
}

bool upload_method::chunks_refused() noexcept {
  if (never_whole_)
    return false;
  never_chunks_ = telling_ = true;
  return true;
}

void upload_method::arrived(bool in_chunks) noexcept {
  if (in_chunks)
    learned_.note_chunks_taken();
  else if ((never_chunks_ || rather_whole_) && telling_)
    learned_.note_chunks_refused();
}

} // namespace flotilla::protocol
