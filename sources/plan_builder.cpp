#include "sources/plan_builder.hpp"

#include "protocol/reference.hpp"
#include "protocol/text.hpp"
#include "sources/ollama_name.hpp"
#include "sources/small_file.hpp"
#include "sources/wording.hpp"

#include <string_view>
#include <utility>

namespace flotilla::sources {

using protocol::descriptor;
using protocol::digest;
using protocol::failure;

namespace {

constexpr unsigned max_depth = 8; // of indexes within indexes; real ones have one or two

/// Layers that their licence keeps at their maker's: image-spec "non-distributable", Docker
/// "foreign".
bool is_foreign(const descriptor& what) {
  return what.foreign || what.media_type.find(".nondistributable.") != std::string::npos
         || what.media_type.find(".foreign.") != std::string::npos;
}

} // namespace

bool names_a_manifest(const descriptor& what) {
  namespace type = protocol::media_type;
  auto is
    = [&](std::string_view known) { return protocol::equal_ignoring_case(what.media_type, known); };
  return what.media_type.empty() || is(type::oci_manifest) || is(type::oci_index)
         || is(type::docker_manifest) || is(type::docker_list);
}

plan_builder::plan_builder(blob_files files) : files_(std::move(files)) {
}

std::optional<failure> plan_builder::add(const descriptor& top) {
  return add_manifest(top, 0);
}

std::optional<failure> plan_builder::add(std::string bytes, const std::string& path) {
  auto id = digest::of(bytes);
  auto known = see(id, bytes.size());
  if (!known)
    return known.error();
  (*known)->manifest = true;
  return add_content(std::move(bytes), id, {}, path, 0);
}

void plan_builder::warn(std::string sentence) {
  plan_.warnings.push_back(std::move(sentence));
}

protocol::result<protocol::push_plan> plan_builder::finish() {
  if (!problems_.empty())
    return problems_.to_failure(files_.root(), seen_.size());
  return std::move(plan_);
}

protocol::result<plan_builder::sight*> plan_builder::see(const digest& id, std::uint64_t size) {
  auto [at, fresh] = seen_.try_emplace(id, sight{size});
  if (!fresh && at->second.size != size)
    return invalid(id.to_string() + " is given as " + std::to_string(at->second.size)
                   + " bytes and as " + std::to_string(size) + " bytes in the same model");
  return &at->second;
}

std::optional<failure> plan_builder::add_manifest(const descriptor& what, unsigned depth) {
  if (depth > max_depth)
    return invalid("indexes nest deeper than " + std::to_string(max_depth) + ": "
                   + what.id.to_string());
  auto known = see(what.id, what.size);
  if (!known)
    return known.error();
  if (std::exchange((*known)->manifest, true))
    return std::nullopt;
  auto file = files_.look_at(what.id, what.size);
  if (!file.problem.empty()) {
    problems_.add(what.id, file);
    return std::nullopt;
  }
  auto path = files_.path_of(what.id, file.naming);
  auto bytes = read_small_file(path, files_.within());
  if (!bytes)
    return bytes.error();
  if (auto real = digest::of(*bytes); real != what.id) {
    problems_.add_wrong(protocol::blob_file(file.naming, what.id),
                        "its content is " + real.to_string());
    return std::nullopt;
  }
  return add_content(std::move(*bytes), what.id, what.media_type, path, depth);
}

std::optional<failure> plan_builder::add_content(std::string bytes, const digest& id,
                                                 const std::string& declared,
                                                 const std::string& path, unsigned depth) {
  auto content = protocol::parse_manifest(bytes, declared);
  if (!content)
    return invalid("manifest " + in_quotes(path) + ": " + content.error().message,
                   content.error().hint);
  if (auto error = add_all(*content, depth))
    return error;
  plan_.manifests.push_back({id, content->media_type, std::move(bytes), content->is_index});
  return std::nullopt;
}

std::optional<failure> plan_builder::add_all(const protocol::manifest& content, unsigned depth) {
  for (const auto& layer : content.layers)
    if (auto error = add_blob(layer))
      return error;
  if (content.config)
    if (auto error = add_blob(*content.config))
      return error;
  for (const auto& child : content.manifests)
    if (auto error = add_child(child, depth + 1))
      return error;
  return std::nullopt;
}

// A registry may refuse an index of which a part is not there, so nothing is left out.
std::optional<failure> plan_builder::add_child(const descriptor& child, unsigned depth) {
  if (names_a_manifest(child))
    return add_manifest(child, depth);
  warn("an index names " + child.id.to_string() + " of type " + in_quotes(child.media_type)
       + ", which is no manifest: it is sent as a blob");
  return add_blob(child);
}

std::optional<failure> plan_builder::add_blob(const descriptor& what) {
  auto known = see(what.id, what.size);
  if (!known)
    return known.error();
  if ((*known)->blob)
    return std::nullopt;
  if (is_foreign(what) && files_.look_at(what.id, what.size).missing) {
    leave_out(what, **known);
    return std::nullopt;
  }
  (*known)->blob = true;
  plan_.blobs.push_back({what.id, what.size, mount_index(what.mount_from)});
  return std::nullopt;
}

void plan_builder::leave_out(const descriptor& what, sight& known) {
  if (std::exchange(known.left_out, true))
    return;
  warn("layer " + what.id.to_string() + " of type " + in_quotes(what.media_type)
       + " is not to be distributed and not here: it is left out");
}

std::uint32_t plan_builder::mount_index(const std::string& model) {
  if (model.empty())
    return 0;
  auto name = parse_ollama_name(model);
  if (!name)
    return 0;
  auto repository = protocol::parse_repository(protocol::lower(name->owner + '/' + name->model));
  if (!repository)
    return 0;
  auto next = static_cast<std::uint32_t>(plan_.mount_sources.size() + 1);
  auto [at, fresh] = mounts_.try_emplace(*repository, next);
  if (fresh)
    plan_.mount_sources.push_back(*repository);
  return at->second;
}

} // namespace flotilla::sources
