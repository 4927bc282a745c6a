#include "protocol/check_policy.hpp"

namespace flotilla::protocol {

check_policy::advice check_policy::next(std::uint64_t size) const noexcept {
  if (mode_ != check_mode::automatic)
    return mode_ == check_mode::never ? advice::send : advice::check;
  const auto& of = size < large ? small_ : large_;
  if (of.present + of.absent < sample)
    return of.asked < sample ? advice::check : advice::hold;
  const auto pays = size < large ? most_are_there(of) : may_save(of, size);
  return pays ? advice::check : advice::send;
}

bool check_policy::most_are_there(const record& of) noexcept {
  return of.present >= 2 * of.absent;
}

/// What may be saved: the blob's bytes, by the part of large blobs that were there. One more of
/// each is supposed, for what was never seen is not impossible.
bool check_policy::may_save(const record& of, std::uint64_t size) noexcept {
  const auto there = (of.present + 1.0) / (of.present + of.absent + 2.0);
  return there * static_cast<double>(size) >= worth;
}

void check_policy::asked(std::uint64_t size) noexcept {
  ++(size < large ? small_ : large_).asked;
}

void check_policy::learned(std::uint64_t size, bool present) noexcept {
  auto& of = size < large ? small_ : large_;
  ++(present ? of.present : of.absent);
}

} // namespace flotilla::protocol
