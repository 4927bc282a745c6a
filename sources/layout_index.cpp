#include "sources/layout_index.hpp"

#include "sources/plan_builder.hpp"
#include "sources/wording.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace flotilla::sources {

using protocol::descriptor;

namespace {

/// `v1` of `host/name:v1` and of `host/name:v1@sha256:…`; empty if there is none.
std::string_view tag_part(std::string_view name) {
  name = name.substr(0, name.find('@'));
  auto colon = name.rfind(':');
  auto slash = name.rfind('/');
  if (colon == name.npos || (slash != name.npos && slash > colon))
    return {};
  return name.substr(colon + 1);
}

/// The manifests that `wanted` takes, each digest once.
template <class Predicate>
std::vector<descriptor> distinct(const protocol::manifest& index, Predicate wanted) {
  std::vector<descriptor> found;
  std::unordered_set<protocol::digest> seen;
  for (const auto& entry : index.manifests)
    if (wanted(entry) && seen.insert(entry.id).second)
      found.push_back(entry);
  return found;
}

/// The names that lead to a manifest, each once, in order; a nameless one by its digest.
std::vector<std::string> names_in(const protocol::manifest& index) {
  std::vector<std::string> names;
  std::unordered_set<std::string> seen;
  for (const auto& entry : index.manifests) {
    const auto& name = entry.reference_name;
    auto shown = name.empty() ? entry.id.brief() + " (without a tag)" : name;
    if (names_a_manifest(entry) && seen.insert(shown).second)
      names.push_back(shown);
  }
  return names;
}

} // namespace

protocol::result<descriptor> choose_by_tag(const protocol::manifest& index, const std::string& tag,
                                           const std::string& root) {
  auto found = distinct(index, [&](const auto& x) { return x.reference_name == tag; });
  if (found.empty())
    found = distinct(index, [&](const auto& x) { return tag_part(x.reference_name) == tag; });
  if (found.empty())
    return invalid("no tag " + in_quotes(tag) + " in " + in_quotes(root) + "; it holds "
                   + listed(names_in(index)));
  if (found.size() > 1)
    return invalid("tag " + in_quotes(tag) + " stands for " + std::to_string(found.size())
                     + " different manifests in " + in_quotes(root) + "; it holds "
                     + listed(names_in(index)),
                   "name one in full (oci:DIR:NAME), or remove the others from index.json");
  if (!names_a_manifest(found[0]))
    return invalid("tag " + in_quotes(tag) + " in " + in_quotes(root) + " is of type "
                   + in_quotes(found[0].media_type) + ", which is no manifest");
  return found[0];
}

protocol::result<descriptor> choose_only(const protocol::manifest& index, const std::string& root) {
  auto found = distinct(index, names_a_manifest);
  if (found.empty())
    return invalid("no manifest in " + in_quotes(root) + ": index.json names none");
  if (found.size() > 1)
    return invalid(in_quotes(root) + " holds " + std::to_string(found.size())
                     + " manifests: " + listed(names_in(index)),
                   "say which one: oci:DIR:TAG");
  return found[0];
}

std::vector<std::string> left_out(const protocol::manifest& index) {
  std::vector<std::string> sentences;
  for (const auto& entry : index.manifests)
    if (!names_a_manifest(entry))
      sentences.push_back("index.json names " + entry.id.to_string() + " of type "
                          + in_quotes(entry.media_type) + ", which is no manifest: it is left out");
  return sentences;
}

} // namespace flotilla::sources
