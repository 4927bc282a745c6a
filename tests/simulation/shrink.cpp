#include "tests/simulation/shrink.hpp"

#include <algorithm>
#include <numeric>

namespace flotilla::simulation {

namespace {

using list = std::vector<std::size_t>;

list without(const list& all, std::size_t begin, std::size_t end) {
  list rest(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(begin));
  rest.insert(rest.end(), all.begin() + static_cast<std::ptrdiff_t>(end), all.end());
  return rest;
}

/// Leaves out one of so many parts. @returns whether that could be done
bool leave_out_one(list& all, std::size_t parts, const std::function<bool(const list&)>& fails) {
  const auto length = (all.size() + parts - 1) / parts;
  for (std::size_t begin = 0; begin < all.size(); begin += length)
    if (auto rest = without(all, begin, std::min(begin + length, all.size())); fails(rest)) {
      all = std::move(rest);
      return true;
    }
  return false;
}

} // namespace

list shrink(std::size_t count, const std::function<bool(const list&)>& fails) {
  list all(count);
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::size_t parts = 1; // first all at once: it may fail by itself
  while (!all.empty()) {
    if (leave_out_one(all, parts, fails))
      parts = std::max<std::size_t>(1, std::min(parts - 1, all.size()));
    else if (parts < all.size())
      parts = std::min(2 * parts, all.size());
    else
      break;
  }
  return all;
}

} // namespace flotilla::simulation
