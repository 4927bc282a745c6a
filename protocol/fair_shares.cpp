#include "protocol/fair_shares.hpp"

#include <algorithm>
#include <numeric>

namespace flotilla::protocol {

std::vector<std::uint64_t> fair_shares(std::uint64_t total,
                                       const std::vector<std::uint64_t>& wants) {
  std::vector<std::size_t> by_want(wants.size());
  std::iota(by_want.begin(), by_want.end(), std::size_t{0});
  std::stable_sort(by_want.begin(), by_want.end(),
                   [&wants](auto a, auto b) { return wants[a] < wants[b]; });
  std::vector<std::uint64_t> shares(wants.size(), 0);
  auto others = static_cast<std::uint64_t>(wants.size());
  for (auto who : by_want) {
    const auto most = total / others + (total % others != 0 ? 1 : 0);
    shares[who] = std::min(wants[who], most);
    total -= shares[who];
    --others;
  }
  return shares;
}

} // namespace flotilla::protocol
