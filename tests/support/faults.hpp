#pragma once

#include "tests/support/exchange.hpp"

#include <list>
#include <mutex>
#include <optional>
#include <regex>
#include <string>

namespace flotilla::test {

/// Answers that a test wants given instead of the right ones. Any thread may call.
class faults {
public:
  /// For the next `times` requests of that method (empty: any) whose target, path and query, holds
  /// a match of `target`. Earlier ones go first.
  void add(std::string method, const std::string& target, answer reply, int times);
  /// @returns the answer that this request must get, if there is one for it.
  std::optional<answer> next(const seen_request& request);

private:
  struct fault {
    std::string method;
    std::regex target;
    answer reply;
    int left;
  };
  std::mutex lock_;
  std::list<fault> all_; ///< under `lock_`
};

} // namespace flotilla::test
