#include "sources/ollama_store.hpp"

#include "protocol/text.hpp"
#include "sources/directory.hpp"
#include "sources/ollama_name.hpp"
#include "sources/plan_builder.hpp"
#include "sources/small_file.hpp"
#include "sources/wording.hpp"

#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

namespace flotilla::sources {

namespace {

std::string below(const std::string& directory, const std::string& name) {
  return directory + '/' + name;
}

/// As Ollama itself: a store that the environment names is the only one, or a mistyped path would
/// push a model of the same name from elsewhere.
std::vector<std::string> places(const source_options& options) {
  if (!options.ollama_models.empty())
    return {options.ollama_models};
  std::vector<std::string> found;
  if (!options.home.empty())
    found.push_back(options.home + "/.ollama/models");
  if (!options.ollama_service.empty())
    found.push_back(options.ollama_service);
  return found;
}

/// Why a path cannot be a store's folder; empty if it can.
std::string objection(const std::string& path, const confines& within) {
  std::error_code error;
  if (!within.hold(path))
    return within.outside();
  if (std::filesystem::is_directory(path, error))
    return {};
  return error ? error.message() : "not a directory";
}

/// The first place that has this folder.
protocol::result<std::string> find_store(const source_options& options, const confines& within,
                                         const std::string& folder) {
  std::string looked_at;
  for (const auto& place : places(options)) {
    auto path = below(place, folder);
    auto why = objection(path, within);
    if (why.empty())
      return real_directory(place, within);
    looked_at += (looked_at.empty() ? "" : ", ") + in_quotes(path) + " (" + why + ')';
  }
  return invalid("no Ollama store; looked at " + (looked_at.empty() ? "nothing" : looked_at),
                 "set OLLAMA_MODELS to the folder that holds manifests and blobs");
}

/// What lies in a directory under this name, whatever its case; the very name first.
std::vector<std::string> matching(const std::string& directory, const std::string& name,
                                  const confines& within) {
  std::vector<std::string> found;
  if (auto path = below(directory, name); exists(path))
    found.push_back(std::move(path));
  for (const auto& entry : entries(directory, within))
    if (entry != name && protocol::equal_ignoring_case(entry, name))
      found.push_back(below(directory, entry));
  return found;
}

/// Goes down one level from each directory.
std::vector<std::string> matching(const std::vector<std::string>& directories,
                                  const std::string& name, const confines& within) {
  std::vector<std::string> found;
  for (const auto& directory : directories)
    for (auto& path : matching(directory, name, within))
      found.push_back(std::move(path));
  return found;
}

/// Models that have a tag, as Ollama names them.
std::vector<std::string> all_models(const std::string& manifests, const confines& within) {
  std::vector<std::string> names;
  for (const auto& host : entries(manifests, within)) {
    auto of_host = below(manifests, host);
    for (const auto& owner : entries(of_host, within)) {
      auto of_owner = below(of_host, owner);
      for (const auto& model : entries(of_owner, within))
        if (!entries(below(of_owner, model), within).empty())
          names.push_back(ollama_name{host, owner, model, {}}.brief());
    }
  }
  return names;
}

std::vector<std::string> all_tags(const std::vector<std::string>& models, const confines& within) {
  std::vector<std::string> tags;
  for (const auto& model : models)
    for (auto& tag : entries(model, within))
      tags.push_back(std::move(tag));
  return tags;
}

/// The path of a model's manifest.
protocol::result<std::string> find_manifest(const std::string& store, const ollama_name& name,
                                            const confines& within) {
  auto manifests = store + "/manifests";
  auto owners = matching(matching(manifests, name.host, within), name.owner, within);
  auto models = matching(owners, name.model, within);
  for (const auto& model : models)
    if (!within.hold(model))
      return within.refusal(model);
  auto tags = all_tags(models, within);
  if (tags.empty())
    return invalid("no model " + in_quotes(name.brief()) + " in the Ollama store "
                   + in_quotes(store) + "; it holds " + listed(all_models(manifests, within)));
  auto found = matching(models, name.tag, within);
  if (found.empty())
    return invalid("model " + in_quotes(name.brief()) + " in the Ollama store " + in_quotes(store)
                     + " has no tag " + in_quotes(name.tag) + "; it has " + listed(tags),
                   "name one: ollama:" + name.brief() + ":TAG");
  return found.front();
}

protocol::result<ollama_name> parse_name(const std::string& text) {
  auto name = parse_ollama_name(text);
  if (!name)
    return misuse("not the name of an Ollama model: " + in_quotes(text) + ": "
                    + name.error().message,
                  "a model is named ollama:NAME or ollama:NAME:TAG");
  return name;
}

protocol::result<blob_files> files_in(const std::string& blobs, const confines& within) {
  return blob_files::at(blobs, {protocol::blob_naming::dash, protocol::blob_naming::colon}, within);
}

} // namespace

protocol::result<protocol::push_plan> outline_ollama_model(const std::string& text,
                                                           const source_options& options) {
  const confines within{options.roots};
  auto name = parse_name(text);
  if (!name)
    return name.error();
  auto store = find_store(options, within, "manifests");
  if (!store)
    return store.error();
  auto path = find_manifest(*store, *name, within);
  if (!path)
    return path.error();
  auto bytes = read_small_file(*path, within);
  if (!bytes)
    return bytes.error();
  auto files = files_in(below(*store, "blobs"), within);
  if (!files)
    return files.error();
  plan_builder plan{std::move(*files)};
  if (auto error = plan.add(std::move(*bytes), *path))
    return *error;
  return plan.finish();
}

protocol::result<blob_files> find_ollama_blobs(const std::string& text,
                                               const source_options& options) {
  const confines within{options.roots};
  if (auto name = parse_name(text); !name)
    return name.error();
  auto store = find_store(options, within, "manifests");
  if (!store)
    store = find_store(options, within, "blobs");
  if (!store)
    return store.error();
  auto blobs = real_directory(below(*store, "blobs"), within);
  if (!blobs)
    return blobs.error();
  return files_in(*blobs, within);
}

bool ollama_has(const std::string& text, const source_options& options) {
  const confines within{options.roots};
  auto name = parse_ollama_name(text);
  auto store = find_store(options, within, "manifests");
  return name && store && find_manifest(*store, *name, within);
}

} // namespace flotilla::sources
