#include "protocol/check_policy.hpp"

namespace flotilla::protocol {

check_policy::advice check_policy::next(std::uint64_t size) const noexcept {
  if (mode_ == check_mode::never)
    return advice::send;
  if (mode_ == check_mode::always || size >= large)
    return advice::check;
  const auto known = present_ + absent_;
  if (known >= sample && present_ < 2 * absent_)
    return advice::send;
  if (known < sample && asked_ >= sample)
    return advice::hold;
  return advice::check;
}

void check_policy::asked(std::uint64_t size) noexcept {
  if (size < large)
    ++asked_;
}

void check_policy::learned(std::uint64_t size, bool present) noexcept {
  if (size >= large)
    return;
  ++(present ? present_ : absent_);
}

} // namespace flotilla::protocol
