#pragma once

#include "protocol/result.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace flotilla::sources {

/// Files that are not as they should be, gathered so that a person sees them all at once. Keeps
/// the first twenty and counts the rest: a million missing files cost nothing.
class file_problems {
public:
  /// `name` is relative to the root; `problem` completes "the file is …".
  void add(const std::string& name, const std::string& problem);
  bool empty() const noexcept {
    return count_ == 0;
  }
  /// All of them in one sentence. `looked_at` is the number of files in all.
  protocol::failure to_failure(const std::string& root, std::size_t looked_at) const;

private:
  std::vector<std::string> first_;
  std::size_t count_ = 0;
};

} // namespace flotilla::sources
