#include "sources/oci_layout.hpp"

#include "protocol/json.hpp"
#include "protocol/manifest.hpp"
#include "sources/directory.hpp"
#include "sources/layout_index.hpp"
#include "sources/plan_builder.hpp"
#include "sources/small_file.hpp"
#include "sources/wording.hpp"

#include <string_view>

namespace flotilla::sources {

using protocol::failure;

namespace {

constexpr const char* known_version = "1.0.0"; // the only one there is (image-spec 1.1)

failure not_a_layout(const std::string& root, const std::string& why) {
  return invalid(in_quotes(root) + " is not an OCI image layout: " + why);
}

std::optional<failure> check_version(const std::string& root) {
  if (!is_oci_layout(root))
    return not_a_layout(root, "it has no file oci-layout");
  auto text = read_small_file(root + "/oci-layout");
  if (!text)
    return not_a_layout(root, text.error().message);
  auto json = protocol::parse_json(*text);
  auto found = json ? protocol::string_member(*json, "imageLayoutVersion") : std::string_view{};
  if (found.empty())
    return not_a_layout(root, "its file oci-layout has no imageLayoutVersion");
  if (found != known_version)
    return invalid("OCI image layout " + in_quotes(root) + " is of version " + in_quotes(found)
                   + "; known is " + known_version);
  return std::nullopt;
}

protocol::result<protocol::manifest> read_index(const std::string& root) {
  auto path = root + "/index.json";
  auto bytes = read_small_file(path);
  if (!bytes)
    return not_a_layout(root, bytes.error().message);
  auto index = protocol::parse_manifest(*bytes, protocol::media_type::oci_index);
  if (!index)
    return invalid(in_quotes(path) + ": " + index.error().message, index.error().hint);
  if (!index->is_index)
    return invalid(in_quotes(path) + " is not an image index");
  return index;
}

} // namespace

layout_name split_layout_name(const std::string& text) {
  if (is_directory(text))
    return {text, std::nullopt};
  for (auto colon = text.rfind(':'); colon != text.npos && colon > 0;
       colon = text.rfind(':', colon - 1))
    if (auto directory = text.substr(0, colon); is_directory(directory))
      return {directory, text.substr(colon + 1)};
  return {text, std::nullopt};
}

bool is_oci_layout(const std::string& directory) {
  return exists(directory + "/oci-layout");
}

protocol::result<protocol::push_plan> open_oci_layout(const std::string& name) {
  auto [directory, tag] = split_layout_name(name);
  if (directory.empty() || (tag && tag->empty()))
    return misuse("a layout is named oci:DIR or oci:DIR:TAG, not " + in_quotes("oci:" + name));
  auto root = real_directory(directory);
  if (!root)
    return root.error();
  if (auto error = check_version(*root))
    return *error;
  auto index = read_index(*root);
  if (!index)
    return index.error();
  plan_builder plan{{*root, {protocol::blob_naming::oci}}};
  auto top = tag ? choose_by_tag(*index, *tag, *root) : choose_only(*index, *root);
  if (!top)
    return top.error();
  if (!tag)
    for (auto& sentence : left_out(*index))
      plan.warn(std::move(sentence));
  if (auto error = plan.add(*top))
    return *error;
  return plan.finish();
}

} // namespace flotilla::sources
