#pragma once

#include "tests/support/exchange.hpp"

#include <mutex>
#include <string>
#include <vector>

namespace flotilla::test {

/// What a client did against the rules of a server that a test plays. Any thread may call.
class complaints {
public:
  /// Notes `rule` for that request unless it holds. @returns `holds`.
  bool expect(bool holds, const seen_request& request, const std::string& rule) {
    if (holds)
      return true;
    const std::lock_guard guard(lock_);
    all_.push_back(request.method + " " + request.target + ": " + rule);
    return false;
  }
  std::vector<std::string> all() const {
    const std::lock_guard guard(lock_);
    return all_;
  }

private:
  mutable std::mutex lock_;
  std::vector<std::string> all_; ///< under `lock_`
};

} // namespace flotilla::test
