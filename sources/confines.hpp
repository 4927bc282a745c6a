#pragma once

#include "protocol/result.hpp"

#include <string>
#include <vector>

namespace flotilla::sources {

/// Where sources may read: anywhere, or below some directories alone. A worker is bound like that
/// (`--root`), because the paths come from whoever hands in a push.
///
/// A path is judged by where it leads at the moment of the question, links and `..` resolved. So
/// whoever may change links below a root while a push runs must be trusted.
class confines {
public:
  /// Anywhere.
  confines() = default;
  /// Below `roots` (absolute; their own links are resolved now) or anywhere if there are none. A
  /// root that is not there holds nothing.
  explicit confines(const std::vector<std::string>& roots);

  /// Whether `path` leads to one of the roots or below it. What is not there counts as lying where
  /// the longest part of its path leads that is there: outside, answers tell nobody what exists.
  bool hold(const std::string& path) const;

  /// Completes a sentence: `lies outside the directories that this worker may read (--root …)`.
  std::string outside() const;
  /// The same of a path, as errc::source_invalid.
  protocol::failure refusal(const std::string& path) const;

private:
  bool hold_real(const std::string& real) const;

  std::vector<std::string> named_; ///< as they were given
  std::vector<std::string> roots_; ///< those that are there, without links
};

} // namespace flotilla::sources
