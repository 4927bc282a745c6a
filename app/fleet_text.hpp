#pragma once

#include "actors/overview.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

// What `flotilla status` shows of a fleet, to people and to programs. For people every text of
// others is made printable, as names, paths and setbacks come from other machines; in tables it is
// cut, too.
namespace flotilla::app {

/// A line a push: id, phase or how it ended, percent, bytes, nodes, source -> reference. A sentence
/// on how to hand one in where there is none.
std::string pushes_table(const std::vector<actors::push_overview>& pushes);

/// A line a node: name, uploads, roots, admin address, time since its last sign of life. A sentence
/// on how to start one where there is none.
std::string nodes_table(const std::vector<actors::node_overview>& nodes);

/// All that is known of one push, on several lines.
std::string push_page(const actors::push_overview& push);

/// The fields of `progress_event`, with `id`, `source`, `reference`, `ended`; while it is in
/// trouble `setback` {`reason`, `detail`, `wait_seconds`}; and where it failed `error` as in the
/// report.
nlohmann::json json_of(const actors::push_overview& push);

/// `name`, `id`, `uploads`, `checks`, `roots` (empty: all), `admin` (empty: none), `pushes`,
/// `seen_seconds`.
nlohmann::json json_of(const actors::node_overview& node);

} // namespace flotilla::app
