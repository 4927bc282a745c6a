#include "sources/source.hpp"

#include "protocol/text.hpp"
#include "sources/blob_folder.hpp"
#include "sources/directory.hpp"
#include "sources/oci_layout.hpp"
#include "sources/ollama_store.hpp"
#include "sources/wording.hpp"

#include <algorithm>
#include <string_view>

namespace flotilla::sources {

using protocol::failure;
using protocol::push_plan;

namespace {

constexpr const char* known_kinds
  = "a source is oci:DIR[:TAG], ollama:NAME[:TAG], blobs:DIR with --manifest FILE, or the path of "
    "one of these directories";

failure needless_manifest(const std::string& what) {
  return misuse(what + " has a manifest of its own, so --manifest has no use",
                "leave --manifest out, or name a folder of blobs: blobs:DIR");
}

protocol::result<push_plan> open_layout(const std::string& name, const source_options& options) {
  if (!options.manifest_file.empty())
    return needless_manifest("an OCI image layout");
  return open_oci_layout(name);
}

protocol::result<push_plan> open_model(const std::string& name, const source_options& options) {
  if (!options.manifest_file.empty())
    return needless_manifest("an Ollama model");
  return open_ollama_model(name, options);
}

const struct {
  std::string_view prefix;
  protocol::result<push_plan> (*open)(const std::string&, const source_options&);
} kinds[] = {
  {"oci:", open_layout},
  {"ollama:", open_model},
  {"blobs:", open_blob_folder},
};

/// `dir:` of `dir:/models`; empty if the text does not begin like that.
std::string prefix_of(const std::string& text) {
  auto colon = text.find(':');
  auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  };
  if (colon == text.npos || colon == 0
      || !std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon), is_part))
    return {};
  return text.substr(0, colon + 1);
}

/// The text is no directory; it may lack a prefix, or have one that nobody knows.
failure no_directory(const std::string& text, const std::string& why,
                     const source_options& options) {
  auto shown = protocol::printable(text);
  if (ollama_has(text, options))
    return invalid(why, "Ollama has a model of this name: ollama:" + shown);
  if (auto layout = split_layout_name(text); layout.tag && is_oci_layout(layout.directory))
    return invalid(why, "To choose a tag of a layout, name it with its prefix: oci:" + shown);
  if (auto prefix = prefix_of(text); !prefix.empty())
    return misuse(why + "; and " + in_quotes(prefix) + " is no kind of source", known_kinds);
  return invalid(why, known_kinds);
}

protocol::result<push_plan> recognise(const std::string& path, const source_options& options) {
  if (is_oci_layout(path))
    return open_layout(path, options);
  if (is_directory(path + "/manifests") && is_directory(path + "/blobs"))
    return invalid(in_quotes(path) + " is a store of Ollama, which may hold many models",
                   "set OLLAMA_MODELS to this directory and name the model: ollama:NAME[:TAG]");
  if (holds_blobs(path))
    return open_blob_folder(path, options);
  return invalid(
    in_quotes(path)
      + " is no model: looked for oci-layout (an OCI image layout), "
        "manifests and blobs (a store of Ollama), sha256-..., sha256/ and blobs/sha256/ "
        "(a folder of blobs), and found none",
    known_kinds);
}

protocol::result<push_plan> open_any(const std::string& text, const source_options& options) {
  for (const auto& kind : kinds)
    if (text.compare(0, kind.prefix.size(), kind.prefix) == 0)
      return kind.open(text.substr(kind.prefix.size()), options);
  if (text.empty())
    return misuse("no source is named", known_kinds);
  if (auto directory = real_directory(text); !directory)
    return no_directory(text, directory.error().message, options);
  return recognise(text, options);
}

} // namespace

protocol::result<push_plan> open_source(const std::string& text, const source_options& options) {
  auto plan = open_any(text, options);
  if (plan)
    plan->source = text;
  return plan;
}

} // namespace flotilla::sources
