#include "sources/oci_layout.hpp"

#include "protocol/json.hpp"
#include "protocol/manifest.hpp"
#include "sources/directory.hpp"
#include "sources/layout_index.hpp"
#include "sources/plan_builder.hpp"
#include "sources/small_file.hpp"
#include "sources/wording.hpp"

#include <string_view>
#include <utility>

namespace flotilla::sources {

using protocol::failure;

namespace {

constexpr const char* known_version = "1.0.0"; // the only one there is (image-spec 1.1)

failure not_a_layout(const std::string& root, const std::string& why) {
  return invalid(in_quotes(root) + " is not an OCI image layout: " + why);
}

std::optional<failure> check_version(const std::string& root, const confines& within) {
  if (!is_oci_layout(root))
    return not_a_layout(root, "it has no file oci-layout");
  auto text = read_small_file(root + "/oci-layout", within);
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

protocol::result<protocol::manifest> read_index(const std::string& root, const confines& within) {
  auto path = root + "/index.json";
  auto bytes = read_small_file(path, within);
  if (!bytes)
    return not_a_layout(root, bytes.error().message);
  auto index = protocol::parse_manifest(*bytes, protocol::media_type::oci_index);
  if (!index)
    return invalid(in_quotes(path) + ": " + index.error().message, index.error().hint);
  if (!index->is_index)
    return invalid(in_quotes(path) + " is not an image index");
  return index;
}

/// Splits the name; its directory becomes absolute.
protocol::result<layout_name> find_layout(const std::string& name, const confines& within) {
  auto place = split_layout_name(name, within);
  if (place.directory.empty() || (place.tag && place.tag->empty()))
    return misuse("a layout is named oci:DIR or oci:DIR:TAG, not " + in_quotes("oci:" + name));
  auto root = real_directory(place.directory, within);
  if (!root)
    return root.error();
  place.directory = std::move(*root);
  return place;
}

protocol::result<blob_files> files_of(const std::string& root, const confines& within) {
  return blob_files::at(root, {protocol::blob_naming::oci}, within);
}

} // namespace

layout_name split_layout_name(const std::string& text, const confines& within) {
  auto leads_somewhere
    = [&](const std::string& path) { return within.hold(path) && is_directory(path); };
  if (leads_somewhere(text))
    return {text, std::nullopt};
  for (auto colon = text.rfind(':'); colon != text.npos && colon > 0;
       colon = text.rfind(':', colon - 1))
    if (auto directory = text.substr(0, colon); leads_somewhere(directory))
      return {directory, text.substr(colon + 1)};
  return {text, std::nullopt};
}

bool is_oci_layout(const std::string& directory) {
  return exists(directory + "/oci-layout");
}

protocol::result<protocol::push_plan> outline_oci_layout(const std::string& name,
                                                         const source_options& options) {
  const confines within{options.roots};
  auto place = find_layout(name, within);
  if (!place)
    return place.error();
  const auto& [root, tag] = *place;
  if (auto error = check_version(root, within))
    return *error;
  auto index = read_index(root, within);
  if (!index)
    return index.error();
  auto top = tag ? choose_by_tag(*index, *tag, root) : choose_only(*index, root);
  if (!top)
    return top.error();
  auto files = files_of(root, within);
  if (!files)
    return files.error();
  plan_builder plan{std::move(*files)};
  if (!tag)
    for (auto& sentence : left_out(*index))
      plan.warn(std::move(sentence));
  if (auto error = plan.add(*top))
    return *error;
  return plan.finish();
}

protocol::result<blob_files> find_layout_blobs(const std::string& name,
                                               const source_options& options) {
  const confines within{options.roots};
  auto place = find_layout(name, within);
  if (!place)
    return place.error();
  return files_of(place->directory, within);
}

} // namespace flotilla::sources
