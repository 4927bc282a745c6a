#pragma once

#include "actors/order.hpp"
#include "app/options.hpp"
#include "protocol/result.hpp"

namespace flotilla::app {

/// What the user asked for, checked as far as that can be done without looking anywhere.
/// @returns errc::usage for a reference, a tag or a repository that none can be
protocol::result<actors::push_order> read_order(const options& chosen);

/// `push`, `plan` (also as `--dry-run`) or `verify`.
actors::purpose purpose_of(const options& chosen);

} // namespace flotilla::app
