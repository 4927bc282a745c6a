#pragma once

#include "protocol/manifest.hpp"
#include "protocol/result.hpp"

#include <string>
#include <vector>

namespace flotilla::sources {

/// Which of the manifests in a layout's `index.json` is meant. Two descriptors with one digest are
/// one manifest. `root` is named in messages.

/// The one with this tag: first by the whole annotation, then by the tag part of one that is a full
/// reference.
/// @returns errc::source_invalid: no such tag, with those that exist; or a tag of several
/// manifests.
protocol::result<protocol::descriptor>
choose_by_tag(const protocol::manifest& index, const std::string& tag, const std::string& root);

/// The only one.
/// @returns errc::source_invalid: none, or several, with their names.
protocol::result<protocol::descriptor> choose_only(const protocol::manifest& index,
                                                   const std::string& root);

/// A sentence for each descriptor that leads to no manifest, and so cannot be meant.
std::vector<std::string> left_out(const protocol::manifest& index);

} // namespace flotilla::sources
