#include "sources/source.hpp"

#include "protocol/text.hpp"
#include "sources/blob_folder.hpp"
#include "sources/confines.hpp"
#include "sources/directory.hpp"
#include "sources/oci_layout.hpp"
#include "sources/ollama_store.hpp"
#include "sources/wording.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace flotilla::sources {

using protocol::failure;
using protocol::push_plan;

namespace {

constexpr const char* known_kinds
  = "a source is oci:DIR[:TAG], ollama:NAME[:TAG], blobs:DIR with --manifest FILE, or the path of "
    "one of these directories";

constexpr std::size_t longest_name = 4096; // bytes; Linux takes no longer path

failure needless_manifest(const std::string& what) {
  return misuse(what + " has a manifest of its own, so --manifest has no use",
                "leave --manifest out, or name a folder of blobs: blobs:DIR");
}

protocol::result<push_plan> outline_layout(const std::string& name, const source_options& options) {
  if (!options.manifest_file.empty())
    return needless_manifest("an OCI image layout");
  return outline_oci_layout(name, options);
}

protocol::result<push_plan> outline_model(const std::string& name, const source_options& options) {
  if (!options.manifest_file.empty())
    return needless_manifest("an Ollama model");
  return outline_ollama_model(name, options);
}

/// A kind of source answers two questions.
struct kind {
  std::string_view prefix;
  protocol::result<push_plan> (*outline)(const std::string&, const source_options&);
  protocol::result<blob_files> (*find)(const std::string&, const source_options&);
};
constexpr kind layout{"oci:", outline_layout, find_layout_blobs};
constexpr kind model{"ollama:", outline_model, find_ollama_blobs};
constexpr kind folder{"blobs:", outline_blob_folder, find_folder_blobs};

struct named_source {
  const kind* what;
  std::string name; ///< without prefix
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
  if (auto place = split_layout_name(text, confines{options.roots});
      place.tag && is_oci_layout(place.directory))
    return invalid(why, "To choose a tag of a layout, name it with its prefix: oci:" + shown);
  if (auto prefix = prefix_of(text); !prefix.empty())
    return misuse(why + "; and " + in_quotes(prefix) + " is no kind of source", known_kinds);
  return invalid(why, known_kinds);
}

protocol::result<named_source> recognise(const std::string& path) {
  if (is_oci_layout(path))
    return named_source{&layout, path};
  if (is_directory(path + "/manifests") && is_directory(path + "/blobs"))
    return invalid(in_quotes(path) + " is a store of Ollama, which may hold many models",
                   "set OLLAMA_MODELS to this directory and name the model: ollama:NAME[:TAG]");
  if (holds_blobs(path))
    return named_source{&folder, path};
  return invalid(
    in_quotes(path)
      + " is no model: looked for oci-layout (an OCI image layout), "
        "manifests and blobs (a store of Ollama), sha256-..., sha256/ and blobs/sha256/ "
        "(a folder of blobs), and found none",
    known_kinds);
}

protocol::result<named_source> read_name(const std::string& text, const source_options& options) {
  if (text.size() > longest_name)
    return misuse("the name of a source has more than 4096 bytes: " + in_quotes(text));
  for (const auto* what : {&layout, &model, &folder})
    if (text.compare(0, what->prefix.size(), what->prefix) == 0)
      return named_source{what, text.substr(what->prefix.size())};
  if (text.empty())
    return misuse("no source is named", known_kinds);
  if (auto directory = real_directory(text, confines{options.roots}); !directory)
    return no_directory(text, directory.error().message, options);
  return recognise(text);
}

} // namespace

protocol::result<push_plan> outline_source(const std::string& text, const source_options& options) {
  auto source = read_name(text, options);
  if (!source)
    return source.error();
  auto plan = source->what->outline(source->name, options);
  if (plan)
    plan->source = text;
  return plan;
}

protocol::result<blob_files> find_blob_files(const std::string& text,
                                             const source_options& options) {
  auto source = read_name(text, options);
  if (!source)
    return source.error();
  return source->what->find(source->name, options);
}

} // namespace flotilla::sources
