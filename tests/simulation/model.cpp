#include "tests/simulation/model.hpp"

#include <algorithm>

namespace flotilla::simulation {

using protocol::digest;
using protocol::planned_manifest;

namespace {

constexpr std::uint64_t kib = 1024, mib = 1024 * kib, gib = 1024 * mib;
constexpr std::size_t digest_length = 71; ///< `sha256:` and 64 digits

std::uint64_t draw_size(draw& dice) {
  switch (dice.below(12)) {
    case 0: return 0;
    case 1: return dice.between(1, 2);
    case 2: return 64 * mib; // as long as a chunk
    case 3:
    case 4:
    case 5: return dice.between(3, 64 * kib);
    case 6:
    case 7:
    case 8: return dice.between(64 * kib, 200 * mib);
    case 9:
    case 10: return dice.between(200 * mib, 2 * gib);
    default: return dice.between(2 * gib, 20 * gib);
  }
}

planned_manifest manifest_of(const std::vector<std::string>& digests, std::uint64_t number,
                             bool is_index) {
  auto text = "{\"number\":" + std::to_string(number) + ",\"names\":[";
  for (const auto& each : digests)
    text += (text.back() == '[' ? "\"" : ",\"") + each + '"';
  text += "]}";
  const auto* type = is_index ? "application/vnd.oci.image.index.v1+json"
                              : "application/vnd.oci.image.manifest.v1+json";
  return {digest::of(text), type, text, is_index};
}

} // namespace

std::uint64_t model::size_of(const std::string& digest) const {
  auto found = by_digest.find(digest);
  return found == by_digest.end() ? 0 : plan.blobs[found->second].size;
}

model draw_model(draw& dice) {
  model made;
  auto& plan = made.plan;
  const auto blobs = dice.chance(70) ? dice.between(1, 12) : dice.between(13, 60);
  const auto salt = std::to_string(dice.next());
  for (std::uint64_t i = 0; i < blobs; ++i) {
    auto size = i > 0 && dice.chance(15) ? plan.blobs.back().size : draw_size(dice);
    plan.blobs.push_back({digest::of(salt + '/' + std::to_string(i)), size, 0});
    made.by_digest[plan.blobs.back().id.to_string()] = i;
  }
  const auto manifests = dice.chance(75) ? 1 : dice.between(2, 4);
  std::vector<std::vector<std::string>> named(manifests);
  for (const auto& blob : plan.blobs)
    named[dice.below(manifests)].push_back(blob.id.to_string());
  std::vector<std::string> children;
  for (std::uint64_t i = 0; i < manifests; ++i) {
    named[i].push_back(dice.one_of(plan.blobs).id.to_string()); // some are named twice
    plan.manifests.push_back(manifest_of(named[i], i, false));
    children.push_back(plan.manifests.back().id.to_string());
  }
  if (manifests > 1)
    plan.manifests.push_back(manifest_of(children, manifests, true));
  return made;
}

std::vector<std::string> digests_in(const std::string& manifest) {
  std::vector<std::string> all;
  for (auto at = manifest.find("sha256:"); at != std::string::npos;
       at = manifest.find("sha256:", at + 1))
    all.push_back(manifest.substr(at, digest_length));
  return all;
}

} // namespace flotilla::simulation
