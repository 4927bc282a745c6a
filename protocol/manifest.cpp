#include "protocol/manifest.hpp"

#include "protocol/json.hpp"
#include "protocol/text.hpp"

#include <algorithm>

namespace flotilla::protocol {

namespace {

using nlohmann::json;

constexpr auto max_size = static_cast<std::uint64_t>(INT64_MAX);

failure malformed(const std::string& message, std::string hint = {}) {
  return {errc::malformed, message, std::move(hint)};
}

/// A value for a message: numbers as they are, of others only the kind.
std::string shown(const json& value) {
  return value.is_number() ? value.dump() : std::string{"a JSON "} + value.type_name();
}

result<std::uint64_t> read_size(const json& object, const std::string& place) {
  const auto size = object.find("size");
  if (size == object.end())
    return malformed(place + ".size is missing");
  // What is neither fits no 64 bits, has a fraction, or is no number at all.
  if (size->is_number_unsigned() && size->get<std::uint64_t>() <= max_size)
    return size->get<std::uint64_t>();
  return malformed(place + ".size is " + shown(*size) + ", not a whole number from 0 to 2^63 - 1");
}

result<digest> read_digest(const json& object, const std::string& place) {
  const auto id = object.find("digest");
  if (id == object.end())
    return malformed(place + ".digest is missing");
  if (!id->is_string())
    return malformed(place + ".digest is " + shown(*id) + ", not a string");
  auto parsed = digest::parse(id->get_ref<const std::string&>());
  if (!parsed)
    return malformed(place + ".digest: " + parsed.error().message, parsed.error().hint);
  return parsed;
}

result<std::string> read_media_type(const json& object, const std::string& place) {
  const auto type = object.find("mediaType");
  if (type == object.end())
    return std::string{};
  if (!type->is_string())
    return malformed(place + "mediaType is " + shown(*type) + ", not a string");
  return type->get<std::string>();
}

std::string reference_name(const json& object) {
  const auto annotations = object.find("annotations");
  if (annotations == object.end())
    return {};
  return std::string{string_member(*annotations, "org.opencontainers.image.ref.name")};
}

bool lies_elsewhere(const json& object) {
  const auto urls = object.find("urls");
  return urls != object.end() && urls->is_array() && !urls->empty();
}

result<descriptor> read_descriptor(const json& object, const std::string& place) {
  if (!object.is_object())
    return malformed(place + " is " + shown(object) + ", not a descriptor");
  auto type = read_media_type(object, place + '.');
  if (!type)
    return type.error();
  auto id = read_digest(object, place);
  if (!id)
    return id.error();
  auto size = read_size(object, place);
  if (!size)
    return size.error();
  return descriptor{std::move(*type),
                    *id,
                    *size,
                    std::string{string_member(object, "from")},
                    reference_name(object),
                    lies_elsewhere(object)};
}

result<std::vector<descriptor>> read_descriptors(const json& object, const char* name) {
  const auto list = object.find(name);
  if (list == object.end())
    return malformed(std::string{"it has no "} + name + " array");
  if (!list->is_array())
    return malformed(std::string{name} + " is " + shown(*list) + ", not an array");
  std::vector<descriptor> read;
  read.reserve(list->size());
  for (const auto& entry : *list) {
    auto one = read_descriptor(entry, name + ('[' + std::to_string(read.size()) + ']'));
    if (!one)
      return one.error();
    read.push_back(std::move(*one));
  }
  return read;
}

/// Schema 1 has no layers of our kind, and no registry of today takes it.
result<json> read_versioned(std::string_view bytes) {
  auto parsed = parse_json(bytes);
  if (!parsed)
    return parsed;
  if (!parsed->is_object())
    return malformed("the manifest is " + shown(*parsed) + ", not a JSON object");
  const auto version = parsed->find("schemaVersion");
  if (version == parsed->end() || *version == 2)
    return parsed;
  if (*version == 1)
    return malformed("schemaVersion is 1, the old Docker format, which registries no longer take",
                     "build or fetch the model again with a tool of today");
  return malformed("schemaVersion is " + shown(*version) + ", and only 2 is known");
}

/// It becomes the value of a header field.
bool is_media_type(std::string_view text) {
  return text.find('/') != std::string_view::npos && text.size() <= 255
         && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

bool is_index_type(std::string_view type) {
  return equal_ignoring_case(type, media_type::oci_index)
         || equal_ignoring_case(type, media_type::docker_list);
}

bool is_image_type(std::string_view type) {
  return equal_ignoring_case(type, media_type::oci_manifest)
         || equal_ignoring_case(type, media_type::docker_manifest);
}

/// What the text says, else what led here says, else nothing.
result<std::string> choose_media_type(const json& object, std::string_view declared) {
  auto named = read_media_type(object, "");
  if (!named)
    return named;
  if (!named->empty() && !declared.empty() && !equal_ignoring_case(*named, declared))
    return malformed("mediaType is `" + printable(*named) + "`, and what names it says `"
                     + printable(declared) + "`");
  auto chosen = named->empty() ? std::string{declared} : std::move(*named);
  if (!chosen.empty() && !is_media_type(chosen))
    return malformed("mediaType is `" + printable(chosen) + "`, which is no media type");
  return chosen;
}

/// A text that can be read as both kinds means different content to different readers, and one
/// whose type contradicts its members is read wrongly by somebody (CVE-2021-41190).
result<bool> choose_kind(const json& object, std::string_view type) {
  const bool layers = object.contains("layers");
  const bool manifests = object.contains("manifests");
  if (layers && manifests)
    return malformed("it has both layers and manifests, and may be only one of the two kinds");
  if (!layers && !manifests)
    return malformed("it has neither a layers nor a manifests array");
  if (is_index_type(type) && layers)
    return malformed("mediaType says that it is an index, but it has layers");
  if (is_image_type(type) && manifests)
    return malformed("mediaType says that it is no index, but it has manifests");
  return manifests;
}

result<manifest> read_index(const json& object, std::string type) {
  auto manifests = read_descriptors(object, "manifests");
  if (!manifests)
    return manifests.error();
  if (type.empty())
    type = media_type::oci_index;
  return manifest{std::move(type), true, std::nullopt, {}, std::move(*manifests)};
}

result<manifest> read_image(const json& object, std::string type) {
  const auto member = object.find("config");
  if (member == object.end())
    return malformed("config is missing", "an artifact without one names the empty config `{}`");
  auto config = read_descriptor(*member, "config");
  if (!config)
    return config.error();
  auto layers = read_descriptors(object, "layers");
  if (!layers)
    return layers.error();
  if (type.empty())
    type = media_type::oci_manifest;
  return manifest{std::move(type), false, std::move(*config), std::move(*layers), {}};
}

} // namespace

result<manifest> parse_manifest(std::string_view bytes, std::string_view declared) {
  if (bytes.size() > max_manifest_bytes)
    return malformed("the manifest has " + std::to_string(bytes.size())
                     + " bytes, and registries take at most 4 MiB");
  auto object = read_versioned(bytes);
  if (!object)
    return object.error();
  auto type = choose_media_type(*object, declared);
  if (!type)
    return type.error();
  const auto is_index = choose_kind(*object, *type);
  if (!is_index)
    return is_index.error();
  return *is_index ? read_index(*object, std::move(*type)) : read_image(*object, std::move(*type));
}

} // namespace flotilla::protocol
