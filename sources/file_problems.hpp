#pragma once

#include "protocol/result.hpp"
#include "sources/blob_files.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace flotilla::sources {

/// Files that are not as they should be, gathered so that a person sees them all at once. Keeps
/// the first twenty of each kind and counts the rest: a million missing files cost nothing.
///
/// Two kinds, as a fleet takes them differently: a file that is missing here may lie on another
/// node; one that is wrong (of another size, unreadable, no file, a link to nothing) is a mistake.
class file_problems {
public:
  void add_missing(const std::string& name);
  /// `name` is relative to the root; `problem` completes "the file is …".
  void add_wrong(const std::string& name, const std::string& problem);
  /// What is wrong with a blob's file. @pre `state.problem` is not empty.
  void add(const protocol::digest& id, const file_state& state);
  /// What further files lack: as if each had been added here.
  void add(const file_problems& more);

  bool empty() const noexcept {
    return missing_count() + wrong_count() == 0;
  }
  std::size_t missing_count() const noexcept {
    return counts_[missing_kind];
  }
  std::size_t wrong_count() const noexcept {
    return counts_[wrong_kind];
  }
  /// One for each of the first twenty files of a kind, e.g. `sha256-9f86…: a directory`; and
  /// `and 3 more` if there are more.
  std::vector<std::string> missing() const;
  std::vector<std::string> wrong() const;

  /// Both kinds in one sentence: the first twenty, and how many more. `looked_at` is the number of
  /// files in all.
  protocol::failure to_failure(const std::string& root, std::size_t looked_at) const;

private:
  enum kind : std::uint8_t { missing_kind, wrong_kind };
  struct entry {
    kind of;
    std::string text;
  };

  template <class Inspector>
  friend auto inspect(Inspector& f, entry& x) {
    return f(x.of, x.text);
  }
  template <class Inspector>
  friend auto inspect(Inspector& f, file_problems& x) {
    return f(x.first_, x.counts_);
  }

  void add(kind of, std::string text);
  std::vector<std::string> sentences(kind of) const;

  std::vector<entry> first_; ///< in the order in which they were added
  std::array<std::size_t, 2> counts_{};
};

} // namespace flotilla::sources
