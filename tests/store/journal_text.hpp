#pragma once

#include "store/journal.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace flotilla::store {

/// All that a journal knows, a line a push: `id order model report paused created: blob/how ...`.
inline std::string text_of(journal& kept) {
  std::string text;
  for (const auto& push : kept.pushes()) {
    text += push.id + ' ' + push.order + ' ' + push.model + ' ' + push.report + ' '
            + (push.paused ? "paused " : "running ") + std::to_string(push.created) + ':';
    for (const auto& one : kept.confirmed(push.id))
      text += ' ' + std::to_string(one.blob) + '/' + std::to_string(one.how);
    text += '\n';
  }
  return text;
}

/// The blobs from `first` to `last`, the last included.
inline std::vector<confirmed_blob> blobs(std::uint32_t first, std::uint32_t last,
                                         std::uint8_t how = 1) {
  std::vector<confirmed_blob> run;
  for (auto blob = first; blob <= last; ++blob)
    run.push_back({blob, how});
  return run;
}

} // namespace flotilla::store
