#include "protocol/plan.hpp"

namespace flotilla::protocol {

std::string blob_file(blob_naming naming, const digest& id) {
  switch (naming) {
    case blob_naming::oci: return "blobs/sha256/" + id.hex();
    case blob_naming::dash: return "sha256-" + id.hex();
    case blob_naming::slash: return "sha256/" + id.hex();
    case blob_naming::colon: return "sha256:" + id.hex();
  }
  return id.hex();
}

std::uint64_t push_plan::total_bytes() const noexcept {
  std::uint64_t total = 0;
  for (const auto& blob : blobs)
    total = blob.size > UINT64_MAX - total ? UINT64_MAX : total + blob.size;
  return total;
}

} // namespace flotilla::protocol
