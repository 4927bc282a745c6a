#include "bench/paper_model.hpp"

#include "protocol/manifest.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flotilla::bench {

using protocol::digest;
using protocol::planned_blob;

namespace {

/// So many layers make a manifest of 3.7 MB, of the 4 MiB that a registry takes.
constexpr std::size_t layers_a_manifest = 25'000;
constexpr std::string_view layer_type = "application/vnd.oci.image.layer.v1.tar";
constexpr std::string_view empty_type = "application/vnd.oci.empty.v1+json";

/// From 4 to 68 KiB, in no order: sorting them is work, and none is so large that it is asked for
/// whatever the others were like.
std::uint64_t size_of(std::size_t blob) {
  return 4096 + blob * 2'654'435'761 % 65'536;
}

std::string descriptor(std::string_view type, const digest& id, std::uint64_t size) {
  std::string text{R"({"mediaType":")"};
  text.append(type).append(R"(","digest":")").append(id.to_string());
  return text.append(R"(","size":)").append(std::to_string(size)).append("}");
}

/// @param head members that stand before the list of that name
std::string document(std::string_view type, const std::string& head, const char* list,
                     const std::vector<std::string>& entries) {
  std::string text{R"({"schemaVersion":2,"mediaType":")"};
  text.append(type).append("\",").append(head).append("\"").append(list).append("\":[");
  for (std::size_t i = 0; i < entries.size(); ++i)
    text.append(i == 0 ? "" : ",").append(entries[i]);
  return text + "]}";
}

void add_manifest(protocol::push_plan& to, std::string_view type, std::string bytes) {
  const auto id = digest::of(bytes);
  const auto is_index = type == protocol::media_type::oci_index;
  to.manifests.push_back({id, std::string{type}, std::move(bytes), is_index});
}

} // namespace

protocol::push_plan paper_model(std::size_t blobs) {
  using namespace protocol::media_type;
  protocol::push_plan plan;
  const planned_blob config{digest::of("{}"), 2, 0};
  const auto head = "\"config\":" + descriptor(empty_type, config.id, config.size) + ",";
  std::vector<std::string> layers, children;
  for (std::size_t i = 1; i <= blobs; ++i) {
    if (i < blobs) {
      plan.blobs.push_back({digest::of(std::to_string(i)), size_of(i), 0});
      layers.push_back(descriptor(layer_type, plan.blobs.back().id, size_of(i)));
    }
    if (layers.size() < layers_a_manifest && i < blobs)
      continue;
    add_manifest(plan, oci_manifest, document(oci_manifest, head, "layers", layers));
    const auto& made = plan.manifests.back();
    children.push_back(descriptor(oci_manifest, made.id, made.bytes.size()));
    layers.clear();
  }
  plan.blobs.push_back(config);
  add_manifest(plan, oci_index, document(oci_index, "", "manifests", children));
  return plan;
}

} // namespace flotilla::bench
