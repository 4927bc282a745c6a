#include "tests/support/faults.hpp"

namespace flotilla::test {

void faults::add(std::string method, const std::string& target, answer reply, int times) {
  const std::lock_guard guard(lock_);
  all_.push_back({std::move(method), std::regex(target), std::move(reply), times});
}

std::optional<answer> faults::next(const seen_request& request) {
  const std::lock_guard guard(lock_);
  for (auto& one : all_) {
    if (one.left == 0 || (!one.method.empty() && one.method != request.method)
        || !std::regex_search(request.target, one.target))
      continue;
    --one.left;
    return one.reply;
  }
  return std::nullopt;
}

} // namespace flotilla::test
