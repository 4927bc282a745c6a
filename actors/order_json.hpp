#pragma once

#include "actors/order.hpp"
#include "actors/status.hpp"

#include <string>
#include <string_view>

// What a coordinator's journal keeps of a push, as JSON text on one line: enums as words, durations
// in milliseconds, digests, references and URLs as they are written. Whoever reads it passes over
// members that it does not know, so that a newer coordinator may add some, and has a default for
// each that may be missing. There are no credentials in it: an order has none.
namespace flotilla::actors {

constexpr std::size_t most_order_bytes = 1 << 20;   ///< of the text
constexpr std::size_t most_report_bytes = 16 << 20; ///< of the text

/// All of the order but what its registry's URL has behind the host. A source whose path is not
/// UTF-8 is kept byte for byte.
std::string to_json(const push_order& order);

/// `source`, `reference` and `registry` are required. An order that is refused here when it is
/// handed in would be lost with the coordinator: one with some thousand tags is too long.
/// @returns errc::malformed, naming the member: longer than `most_order_bytes`, not JSON, a member
///          of another type, out of its range (`uploads` 1..32, `checks` 1..1024, durations up to a
///          year), or not what its grammar allows; a registry whose URL has user info or a path.
protocol::result<push_order> parse_push_order(std::string_view text);

/// Of a push that has ended: all of the report but
/// - what `last` says of a push that runs: phase, wait, bodies, nodes, latest setback;
/// - `absent`, which can be as long as the plan: its sum is in `last.missing`;
/// - of warnings, differences, retries and nodes all but the first 100, 100, 100 and 1,000;
/// - of each text what is beyond 16 KiB, and what `protocol::printable` takes away.
std::string to_json(const push_report& report);

/// `code` is required, and `model` where there are manifests. `last.now` is phase::ended.
/// @returns errc::malformed as above, with `most_report_bytes`; also for a code that is unknown.
protocol::result<push_report> parse_push_report(std::string_view text);

} // namespace flotilla::actors
