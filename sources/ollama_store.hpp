#pragma once

#include "protocol/plan.hpp"
#include "protocol/result.hpp"
#include "sources/blob_files.hpp"
#include "sources/source.hpp"

#include <string>

namespace flotilla::sources {

/// Outlines a model in Ollama's own store: `manifests/<host>/<namespace>/<model>/<tag>` and
/// `blobs/` below `options.ollama_models`, `options.home`/.ollama/models or
/// `options.ollama_service`, whichever is the first that has a folder `manifests`. Names compare
/// without regard to case; a file with the very name comes first.
/// @returns errc::usage: a name that no model can have.
/// @returns errc::source_invalid: no store, with the places looked at; no such model or tag, with
///          those that exist; or what plan_builder finds.
protocol::result<protocol::push_plan> outline_ollama_model(const std::string& name,
                                                           const source_options& options);

/// The blobs of that store; where no place has a folder `manifests`, of the first that has `blobs`.
/// Does not look for the model. Errors as above.
protocol::result<blob_files> find_ollama_blobs(const std::string& name,
                                               const source_options& options);

/// Whether a store has this model.
bool ollama_has(const std::string& name, const source_options& options);

} // namespace flotilla::sources
