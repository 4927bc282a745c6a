#include "sources/survey.hpp"

namespace flotilla::sources {

survey look_for(const blob_files& files, const std::vector<protocol::planned_blob>& blobs) {
  survey found;
  found.held.reserve(blobs.size());
  for (const auto& blob : blobs) {
    auto file = files.look_at(blob.id, blob.size);
    auto held = file.problem.empty() ? 1 + static_cast<unsigned>(file.naming) : 0;
    found.held.push_back(static_cast<std::uint8_t>(held));
    if (held == 0)
      found.problems.add(blob.id, file);
  }
  return found;
}

} // namespace flotilla::sources
