#pragma once

#include "protocol/digest.hpp"
#include "protocol/manifest.hpp"
#include "protocol/plan.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Models as they lie on disk, made by tests. Nothing here uses what it is to test: text is written
// as the specifications show it. Errors of the file system throw.

namespace flotilla::test {

/// Some content, and how a manifest names it.
struct part {
  std::string media_type;
  std::string bytes;
  nlohmann::json more = nlohmann::json::object(); ///< further fields of its descriptor

  protocol::digest id() const {
    return protocol::digest::of(bytes);
  }
  nlohmann::json descriptor() const {
    auto fields = more;
    fields["mediaType"] = media_type;
    fields["digest"] = id().to_string();
    fields["size"] = bytes.size();
    return fields;
  }
};

inline nlohmann::json descriptors(const std::vector<part>& parts) {
  auto list = nlohmann::json::array();
  for (const auto& x : parts)
    list.push_back(x.descriptor());
  return list;
}

inline part layer(std::string bytes) {
  return {"application/vnd.oci.image.layer.v1.tar", std::move(bytes)};
}
inline part config(std::string bytes = R"({"architecture":"amd64","os":"linux"})") {
  return {"application/vnd.oci.image.config.v1+json", std::move(bytes)};
}
/// The config of an artifact that has none: `{}` (image-spec, "Guidance for an Empty Descriptor").
inline part empty_config() {
  return {"application/vnd.oci.empty.v1+json", "{}", {{"data", "e30="}}};
}

/// A manifest of these blobs. `more` holds further fields, e.g. `artifactType`.
inline part image(const std::vector<part>& layers, const part& its_config = config(),
                  std::string_view type = protocol::media_type::oci_manifest,
                  nlohmann::json more = nlohmann::json::object()) {
  more["schemaVersion"] = 2;
  more["mediaType"] = type;
  more["config"] = its_config.descriptor();
  more["layers"] = descriptors(layers);
  return {std::string{type}, more.dump()};
}

/// An index of these manifests.
inline part index_of(const std::vector<part>& manifests) {
  nlohmann::json text{{"schemaVersion", 2},
                      {"mediaType", protocol::media_type::oci_index},
                      {"manifests", descriptors(manifests)}};
  return {std::string{protocol::media_type::oci_index}, text.dump()};
}

/// Writes a file, and the folders on the way to it.
inline void write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file{path, std::ios::binary};
  if (!(file << bytes << std::flush))
    throw std::runtime_error{"cannot write " + path.string()};
}

/// Writes each part below `root` as a store of this naming names it.
inline void write_blobs(const std::filesystem::path& root, protocol::blob_naming naming,
                        const std::vector<part>& parts) {
  for (const auto& x : parts)
    write_file(root / protocol::blob_file(naming, x.id()), x.bytes);
}

/// An OCI image layout. Blobs, manifests and indexes are added alike; `tag` names one of them in
/// index.json.
class layout_on_disk {
public:
  explicit layout_on_disk(std::filesystem::path root) : root_(std::move(root)) {
    write_file(root_ / "oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
    write_index();
  }
  void add(const std::vector<part>& parts) const {
    write_blobs(root_, protocol::blob_naming::oci, parts);
  }
  /// Adds an image, all its blobs included.
  part add_image(std::vector<part> layers, const part& its_config = config()) const {
    auto manifest = image(layers, its_config);
    layers.push_back(its_config);
    layers.push_back(manifest);
    add(layers);
    return manifest;
  }
  /// `name` may be empty: a manifest without a tag.
  void tag(part manifest, const std::string& name = {}) {
    if (!name.empty())
      manifest.more["annotations"]["org.opencontainers.image.ref.name"] = name;
    top_.push_back(std::move(manifest));
    write_index();
  }
  std::filesystem::path file_of(const part& x) const {
    return root_ / protocol::blob_file(protocol::blob_naming::oci, x.id());
  }

private:
  void write_index() const {
    write_file(root_ / "index.json", index_of(top_).bytes);
  }

  std::filesystem::path root_;
  std::vector<part> top_;
};

/// A layer of an Ollama model; `kind` is e.g. `model` or `tensor`.
inline part ollama_layer(const std::string& kind, std::string bytes, nlohmann::json more = {}) {
  if (more.is_null())
    more = nlohmann::json::object();
  return {"application/vnd.ollama.image." + kind, std::move(bytes), std::move(more)};
}

/// Writes a model into an Ollama store: `path` is `<host>/<namespace>/<model>/<tag>`.
/// @returns the manifest, with the newline that Ollama ends it with.
inline part add_to_ollama(const std::filesystem::path& store, const std::string& path,
                          std::vector<part> layers) {
  part about{"application/vnd.docker.container.image.v1+json", R"({"model_format":"gguf"})"};
  auto manifest = image(layers, about, protocol::media_type::docker_manifest);
  manifest.bytes += '\n';
  layers.push_back(about);
  write_blobs(store / "blobs", protocol::blob_naming::dash, layers);
  write_file(store / "manifests" / path, manifest.bytes);
  return manifest;
}

} // namespace flotilla::test
